// The visit to the shop: look around, choose a teapot, fill in the checkout, pause, pay.
// Used by record.mjs; written to tests/fixtures/shop-checkout.json.
import { Hand, wait } from '../human.mjs';

/** @type {import('../record.mjs').Visit} */
export const shop = {
  name: 'shop-checkout',
  folder: 'shop',
  origin: 'https://shop.example',
  viewport: { width: 1280, height: 720 },
  secrets: ['terracotta-42'],
  async walk(page) {
    const hand = new Hand(page, { x: 1100, y: 700 });
    await wait(300);
    await browse(hand);
    await choose(hand);
    await openBasket(hand);
    await introduce(hand);
    await wait(7000); // Looks for the address on a parcel: the idle part that a video may skip.
    await address(hand);
    await pay(hand);
  },
};

/** @param {Hand} hand */
async function browse(hand) {
  await hand.hover('.hero .button', 500);
  await wait(150);
  await hand.moveTo({ x: 640, y: 520 }, 300);
  await hand.scroll(560, 700);
  await wait(200);
  await hand.hover('#card-bowl', 400);
  await wait(350);
  await hand.scroll(120, 300);
  await hand.click('#card-teapot', 360);
  await wait(700);
}

/** @param {Hand} hand */
async function choose(hand) {
  await hand.click('#glaze-1 + span', 360);
  await wait(550);
  await hand.hover('#reviews', 400);
  await hand.scroll(260, 700);
  await wait(250);
  await hand.click('#add', 400);
  await wait(700);
}

/** @param {Hand} hand */
async function openBasket(hand) {
  await hand.click('#open-basket', 420);
  await wait(700);
  await hand.click('#pairs .button', 360);
  await wait(700);
  await hand.click('#to-checkout', 360);
  await wait(600);
}

/** @param {Hand} hand */
async function introduce(hand) {
  await hand.click('#name', 360, { x: 0.3, y: 0.5 });
  await hand.type('Mina 佐藤');
  await wait(150);
  await hand.page.keyboard.press('Tab');
  await hand.type('mina@home.example');
  await hand.click('#account', 400);
  await wait(450);
  await hand.click('#password', 300, { x: 0.2, y: 0.5 });
  await hand.type('terracotta-42');
  await wait(150);
}

/** @param {Hand} hand */
async function address(hand) {
  await hand.scroll(180, 400);
  await hand.click('#street', 360, { x: 0.2, y: 0.5 });
  await hand.type('Rua Nova 12');
  await hand.page.keyboard.press('Tab');
  await hand.type('Porto');
  // An open native list would float outside the page; letters choose an entry without opening it.
  await hand.page.keyboard.press('Tab');
  await wait(250);
  await hand.type('Por');
  await wait(250);
  await hand.click('#fast', 360);
  await wait(200);
  await hand.click('#gift', 350);
  await hand.scroll(300, 400);
}

/** @param {Hand} hand */
async function pay(hand) {
  await hand.click('#place', 360);
  await wait(700);
  await hand.click('#pay', 360);
  await wait(900);
  await hand.moveTo({ x: 820, y: 560 }, 500);
  await hand.page.waitForSelector('#thanks:not([hidden])');
  await wait(700);
  await hand.hover('.stages .now', 500);
  await wait(1300);
}
