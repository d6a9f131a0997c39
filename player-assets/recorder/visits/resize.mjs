// The visit whose window changes size twice: wide, then tablet, then narrow.
// Used by record.mjs; written to tests/fixtures/window-resize.json.
import { Hand, wait } from '../human.mjs';

/** @type {import('../record.mjs').Visit} */
export const resize = {
  name: 'window-resize',
  folder: 'resize',
  origin: 'https://garden.example',
  viewport: { width: 1200, height: 700 },
  secrets: [],
  async walk(page) {
    const hand = new Hand(page, { x: 900, y: 600 });
    await hand.click('article:nth-child(2) input', 600);
    await wait(650);
    await page.setViewport({ width: 800, height: 700 });
    await wait(700);
    await hand.hover('article:nth-child(3)', 500);
    await wait(600);
    await page.setViewport({ width: 420, height: 760 });
    await wait(600);
    await hand.moveTo({ x: 210, y: 500 }, 400);
    await hand.scroll(360, 600);
    await wait(600);
  },
};
