// Hands that move like a person's: eased mouse paths, uneven typing, wheel and thumb scrolling.
// Used by the visits; all of it is fixed, so two runs differ only by the machine's timing.
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {{ x: number, y: number }} Point */

export { wait };

const stepMillis = 16;
const keyMillis = [30, 55, 28, 45, 36, 70, 32];

/** Starts and ends gently, as a wrist does. @param {number} t */
const ease = (t) => (t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2);

/**
 * Calls `step` with how far along a gesture is, by the clock, so that a slow machine takes fewer steps, not longer.
 * @param {number} millis
 * @param {number} pause
 * @param {(along: number) => Promise<void>} step
 */
async function glide(millis, pause, step) {
  const began = performance.now();
  for (let t = 0; t < 1;) {
    await wait(pause);
    t = Math.min(1, (performance.now() - began) / millis);
    await step(ease(t));
  }
}

/**
 * The middle of an element, or a point given as fractions of its box.
 * @param {Page} page
 * @param {string} selector
 * @param {Point} [within]
 * @returns {Promise<Point>}
 */
export async function pointOf(page, selector, within = { x: 0.5, y: 0.5 }) {
  const element = await page.$(selector);
  const box = await element?.boundingBox();
  if (!box) throw new Error(`nothing to point at: ${selector}`);
  return { x: box.x + box.width * within.x, y: box.y + box.height * within.y };
}

/** A mouse and a keyboard. */
export class Hand {
  /**
   * @param {Page} page
   * @param {Point} start
   */
  constructor(page, start) {
    this.page = page;
    this.at = start;
  }

  /**
   * Moves along a slight arc, because a straight line looks like a machine.
   * @param {Point} to
   * @param {number} [millis]
   */
  async moveTo(to, millis = 400) {
    const from = this.at;
    const bend = Math.min(40, Math.hypot(to.x - from.x, to.y - from.y) / 8);
    await glide(millis, stepMillis, (along) => this.page.mouse.move(
      from.x + (to.x - from.x) * along,
      from.y + (to.y - from.y) * along - bend * Math.sin(Math.PI * along),
    ));
    this.at = to;
  }

  /**
   * @param {string} selector
   * @param {number} [millis]
   * @param {Point} [within]
   */
  async hover(selector, millis, within) {
    await this.moveTo(await pointOf(this.page, selector, within), millis);
  }

  /**
   * @param {string} selector
   * @param {number} [millis]
   * @param {Point} [within]
   */
  async click(selector, millis, within) {
    await this.hover(selector, millis, within);
    await wait(80);
    await this.page.mouse.down();
    await wait(60);
    await this.page.mouse.up();
  }

  /** @param {string} text */
  async type(text) {
    let stroke = 0;
    for (const letter of text) {
      await this.page.keyboard.type(letter);
      await wait(keyMillis[stroke++ % keyMillis.length]);
    }
  }

  /**
   * Turns the wheel in small notches over whatever lies under the mouse.
   * @param {number} distance
   * @param {number} [millis]
   */
  async scroll(distance, millis = 700) {
    let done = 0;
    await glide(millis, 40, async (along) => {
      const until = Math.round(distance * along);
      await this.page.mouse.wheel({ deltaY: until - done });
      done = until;
    });
  }
}

/** A thumb on a touch screen. */
export class Thumb {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
  }

  /** @param {string} selector */
  async tap(selector) {
    const { x, y } = await pointOf(this.page, selector);
    await this.page.touchscreen.tap(x, y);
  }

  /**
   * Drags the page as a thumb does: it follows, then rests before letting go.
   * @param {Point} from
   * @param {Point} to
   * @param {number} [millis]
   */
  async drag(from, to, millis = 500) {
    await this.page.touchscreen.touchStart(from.x, from.y);
    await glide(millis, stepMillis, (along) => this.page.touchscreen.touchMove(
      from.x + (to.x - from.x) * along,
      from.y + (to.y - from.y) * along,
    ));
    await this.page.touchscreen.touchEnd();
  }
}
