// The few DOM helpers every script of the shop needs.
// Used by shop.js, basket.js and checkout.js.
/* global document, HTMLElement, setTimeout, clearTimeout */

/**
 * Finds an element that the page is known to hold.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function find(selector, type) {
  const found = document.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`the page has no ${selector}`);
  return found;
}

/** @param {string} selector */
export const box = (selector) => find(selector, HTMLElement);

/** @param {number} amount */
export const euros = (amount) => `€${amount}`;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let toastTimer;

/** @param {string} text */
export function toast(text) {
  const element = box('#toast');
  element.textContent = text;
  element.classList.add('shown');
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => element.classList.remove('shown'), 2200);
}
