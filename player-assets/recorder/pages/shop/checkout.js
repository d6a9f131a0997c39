// The checkout: the order summary, the confirmation dialog and the pretended payment.
// Used by shop.js, which hands in what to do once the order is paid.
/* global HTMLDialogElement, HTMLInputElement, HTMLFormElement, setTimeout */
import { lines, thumbnail, total } from './basket.js';
import { box, euros, find, toast } from './dom.js';

const expressPrice = 9;
const input = (/** @type {string} */ selector) => find(selector, HTMLInputElement);
const delivery = () => (input('#fast').checked ? expressPrice : 0);

export function refreshSummary() {
  const rows = lines.map((line) => `
    <li>${thumbnail(line)}<span><b>${line.product.name}</b><small>× ${line.count}</small></span>
    <span>${euros(line.product.price * line.count)}</span></li>`);
  box('#summary').innerHTML = `
    <h2>Your order</h2><ul>${rows.join('')}</ul>
    <dl><dt>Delivery</dt><dd>${delivery() ? euros(delivery()) : 'Free'}</dd>
    <dt>Gift wrap</dt><dd>${input('#gift').checked ? 'Yes 🎁' : 'No'}</dd>
    <dt class="sum">Total</dt><dd class="sum">${euros(total() + delivery())}</dd></dl>
    <p class="promise">Broken on the way? We send another one.</p>`;
}

/** @param {() => void} onPaid */
export function prepareCheckout(onPaid) {
  const dialog = find('#confirm', HTMLDialogElement);
  const form = find('#order', HTMLFormElement);
  form.addEventListener('change', refreshSummary);
  input('#account').addEventListener('change', () => {
    box('#account-fold').classList.toggle('open', input('#account').checked);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const sum = euros(total() + delivery());
    box('#confirm-text').textContent = `We will send the receipt to ${input('#email').value}.`;
    box('#confirm-lines').innerHTML = `
      <dt>To</dt><dd>${input('#street').value}, ${input('#city').value}</dd>
      <dt>Delivery</dt><dd>${delivery() ? 'Express, 2 days' : 'Bike and rail, 5 to 7 days'}</dd>
      <dt>Total</dt><dd>${sum}</dd>`;
    box('#pay').textContent = `Pay ${sum}`;
    dialog.showModal();
  });
  box('#not-yet').addEventListener('click', () => dialog.close());
  box('#pay').addEventListener('click', () => pay(() => {
    dialog.close();
    box('#thanks-name').textContent = input('#name').value.split(' ')[0] ?? '';
    box('#thanks-email').textContent = input('#email').value;
    onPaid();
    toast('✅ Payment received');
  }));
}

/** @param {() => void} done */
function pay(done) {
  box('#confirm-ask').hidden = true;
  box('#paying').hidden = false;
  const fill = box('#paying-fill');
  const say = (/** @type {string} */ text) => (box('#paying-text').textContent = text);
  setTimeout(() => (fill.style.width = '35%'), 150);
  setTimeout(() => ((fill.style.width = '72%'), say('Almost there')), 1100);
  setTimeout(() => ((fill.style.width = '100%'), say('Paid, wrapping up')), 2100);
  setTimeout(done, 2900);
}
