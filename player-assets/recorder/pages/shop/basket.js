// The basket: what is in it, the drawer that shows it, and the badge in the header.
// Used by shop.js (adding, opening) and checkout.js (the summary).
/* global document */
import { box, euros, toast } from './dom.js';

/** @typedef {{ product: import('./products.js').Product, glaze: string, count: number }} Line */

/** @type {Line[]} */
export const lines = [];
const freeFrom = 80;

export const total = () => lines.reduce((sum, line) => sum + line.product.price * line.count, 0);
const pieces = () => lines.reduce((sum, line) => sum + line.count, 0);

/** @param {Line} line */
export const thumbnail = (line) =>
  `<svg class="thumb" viewBox="0 0 200 160" style="--glaze:${line.glaze};--tile:${line.product.tile}">${line.product.drawing}</svg>`;

/** @param {boolean} open */
export function showDrawer(open) {
  box('#drawer').classList.toggle('open', open);
  box('#scrim').classList.toggle('open', open);
}

/** @param {Line} line */
export function add(line) {
  lines.push(line);
  refresh();
  const badge = box('#badge');
  badge.classList.remove('bump');
  void badge.offsetWidth; // Restarts the animation when two pieces are added in a row.
  badge.classList.add('bump');
  toast(`🎉 ${line.product.name} is in your basket`);
}

export function refresh() {
  const sum = total();
  box('#badge').textContent = String(pieces());
  box('#total').textContent = euros(sum);
  box('#goal-fill').style.width = `${Math.min(100, Math.round((100 * sum) / freeFrom))}%`;
  box('#goal-text').textContent = sum < freeFrom
    ? `${euros(freeFrom - sum)} more for free delivery`
    : 'Delivery is on us 🚲';
  box('#lines').replaceChildren(...lines.map(lineItem));
}

/** @param {import('./products.js').Product} product */
export function suggest(product) {
  const line = { product, glaze: product.glaze, count: 1 };
  const item = document.createElement('li');
  item.innerHTML = `${thumbnail(line)}<span><b>${product.name}</b><small>${euros(product.price)}</small></span>
    <button class="button quiet" type="button">Add</button>`;
  item.querySelector('button')?.addEventListener('click', () => {
    item.remove();
    add(line);
  });
  box('#pairs').append(item);
}

/** @param {Line} line */
function lineItem(line) {
  const item = document.createElement('li');
  item.innerHTML = `
    ${thumbnail(line)}
    <div class="line-text"><b>${line.product.name}</b><small>${line.product.note}</small>
      <span class="stepper"><button type="button" data-by="-1">−</button><i>${line.count}</i><button type="button" data-by="1">+</button></span>
    </div>
    <span class="line-price">${euros(line.product.price * line.count)}</span>`;
  for (const button of item.querySelectorAll('button')) {
    button.addEventListener('click', () => {
      line.count = Math.max(1, line.count + Number(button.dataset.by));
      refresh();
    });
  }
  return item;
}
