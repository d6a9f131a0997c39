// The visit on a phone: scroll the timetable, open the menu, choose a pier, set a reminder.
// Used by record.mjs; written to tests/fixtures/phone-menu.json.
import { Thumb, wait } from '../human.mjs';

/** @type {import('../record.mjs').Visit} */
export const phone = {
  name: 'phone-menu',
  folder: 'phone',
  origin: 'https://ferry.example',
  viewport: { width: 390, height: 844, deviceScaleFactor: 1, isMobile: true, hasTouch: true },
  secrets: [],
  async walk(page) {
    const thumb = new Thumb(page);
    await wait(600);
    await thumb.drag({ x: 250, y: 640 }, { x: 235, y: 260 }, 600);
    await wait(350);
    await thumb.drag({ x: 245, y: 620 }, { x: 240, y: 420 }, 400);
    await wait(500);
    await thumb.drag({ x: 240, y: 170 }, { x: 250, y: 800 }, 550);
    await wait(400);
    await thumb.tap('#burger');
    await wait(750);
    await thumb.tap('#bike');
    await wait(550);
    await thumb.tap('.menu a:nth-of-type(5)');
    await wait(900);
    await thumb.tap('#remind');
    await wait(1300);
  },
};
