// The shop's entry: draws the catalogue and the product view, and switches between views.
// Loaded by index.html; the recorded visit in visits/shop.mjs walks through all of it.
/* global document, window, HTMLButtonElement */
import { add, lines, refresh, showDrawer, suggest } from './basket.js';
import { prepareCheckout, refreshSummary } from './checkout.js';
import { box, euros } from './dom.js';
import { glazes, products, reviews } from './products.js';

/** @typedef {import('./products.js').Product} Product */

const views = ['catalogue', 'product', 'checkout', 'thanks'];

/** @param {string} name */
function show(name) {
  for (const view of views) box(`#${view}`).hidden = view !== name;
  showDrawer(false);
  window.scrollTo(0, 0);
}

/** @param {Product} product */
const drawing = (product) => `<svg viewBox="0 0 200 160" aria-hidden="true">${product.drawing}</svg>`;

/** @param {Product} product */
const colours = (product) => `--glaze:${product.glaze};--tile:${product.tile}`;

/** @param {Product} product */
function card(product) {
  const element = document.createElement('article');
  element.className = 'card';
  element.id = `card-${product.id}`;
  element.setAttribute('style', colours(product));
  element.innerHTML = `
    <div class="tile">${drawing(product)}<span class="peek">Look closer</span></div>
    <div class="card-text"><h3>${product.name}</h3><p>${product.note}</p><b>${euros(product.price)}</b></div>`;
  element.addEventListener('click', () => showProduct(product));
  return element;
}

/** @param {Product} product */
function showProduct(product) {
  const view = box('#product');
  view.setAttribute('style', colours(product));
  view.innerHTML = `
    <div class="stage">${drawing(product)}</div>
    <div class="details">
      <p class="eyebrow">${product.kind}</p>
      <h1>${product.name} <span lang="ja">手づくり</span></h1>
      <p class="stars">★★★★★ <span>4.8 from ${reviews.length} reviews</span></p>
      <p class="lead">Thrown by hand, glazed twice, fired at 1260 °C. No two are alike.</p>
      <div class="swatches">${glazes.map(swatch).join('')}</div>
      <div class="buy">
        <span class="stepper"><button type="button" id="fewer">−</button><i id="count">1</i><button type="button" id="more">+</button></span>
        <button class="button big" id="add" type="button">Add to basket · <span id="price">${euros(product.price)}</span></button>
      </div>
      <ul class="reviews" id="reviews">${reviews.map(review).join('')}</ul>
    </div>`;
  let count = 1;
  let glaze = product.glaze;
  const recount = (/** @type {number} */ by) => {
    count = Math.max(1, count + by);
    box('#count').textContent = String(count);
    box('#price').textContent = euros(product.price * count);
  };
  for (const radio of view.querySelectorAll('input')) {
    radio.addEventListener('change', () => {
      glaze = radio.value;
      view.style.setProperty('--glaze', glaze);
    });
  }
  box('#fewer').addEventListener('click', () => recount(-1));
  box('#more').addEventListener('click', () => recount(1));
  box('#add').addEventListener('click', () => add({ product, glaze, count }));
  show('product');
}

/**
 * @param {{ name: string, colour: string }} glaze
 * @param {number} index
 */
function swatch(glaze, index) {
  return `<label class="swatch" style="--swatch:${glaze.colour}">
    <input type="radio" name="glaze" id="glaze-${index}" value="${glaze.colour}" ${index ? '' : 'checked'}>
    <span></span>${glaze.name}</label>`;
}

/** @param {{ who: string, stars: string, text: string }} entry */
const review = (entry) =>
  `<li><b>${entry.who}</b> <span class="stars">${entry.stars}</span><p>${entry.text}</p></li>`;

/** @param {MouseEvent} event */
function choose(event) {
  const chip = event.target;
  if (!(chip instanceof HTMLButtonElement)) return;
  for (const other of box('#chips').children) other.classList.toggle('on', other === chip);
  for (const product of products) {
    box(`#card-${product.id}`).hidden = chip.textContent !== 'Everything' && chip.textContent !== product.kind;
  }
}

box('#grid').append(...products.map(card));
box('#shelf').innerHTML = products
  .filter((product) => ['vase', 'teapot', 'mug'].includes(product.id))
  .map((product) => `<div style="${colours(product)}">${drawing(product)}</div>`)
  .join('');
products.filter((product) => ['mug', 'jar'].includes(product.id)).forEach(suggest);
box('#chips').addEventListener('click', choose);
box('#open-basket').addEventListener('click', () => showDrawer(true));
box('#close-basket').addEventListener('click', () => showDrawer(false));
box('#scrim').addEventListener('click', () => showDrawer(false));
box('#to-checkout').addEventListener('click', () => {
  refreshSummary();
  show('checkout');
});
for (const link of document.querySelectorAll('a[href="#catalogue"]')) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    show('catalogue');
  });
}
prepareCheckout(() => {
  lines.length = 0;
  refresh();
  show('thanks');
});
refresh();
