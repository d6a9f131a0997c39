// What rrweb's own player shows of a recording: its replayer, of the version in player-assets, in an ordinary Chromium
// without a network. Used by run.mjs.

import { Buffer } from 'node:buffer';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium } from '../chromium.mjs';
import { ROOT } from '../recordings.mjs';
import { answer } from '../requests.mjs';

const PLAYER_ASSETS = join(ROOT, 'player-assets');

const ADDRESS = 'http://player.invalid/';
const EMPTY = { contentType: 'text/html', body: '<!doctype html><html><head></head><body></body></html>' };
/** Pictures that are taken at most until two in a row are equal. */
const PICTURES = 20;
/** Milliseconds that are played up to a moment. */
const PLAYED = 6000;
const STYLE = '.replayer-mouse, .replayer-mouse-tail { display: none } iframe { display: block; border: none; background: #fff }';

/** The font that the program takes for fixed widths, as a headless shell does. */
const FONTS = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
  <match target="pattern"><test name="family"><string>Monospace</string></test>
    <edit name="family" mode="assign" binding="strong"><string>Courier New</string></edit></match>
  <include>/etc/fonts/fonts.conf</include>
</fontconfig>`;

export class Truth {
  static async launch(executablePath) {
    const args = ['--disable-dev-shm-usage', '--mute-audio', '--font-render-hinting=none'];
    // Whoever looks at a replay sees the scroll bars within the page.
    const ignoreDefaultArgs = ['--hide-scrollbars'];
    const folder = mkdtempSync(join(tmpdir(), 'replaycast-fonts-'));
    const fonts = join(folder, 'fonts.conf');
    writeFileSync(fonts, FONTS);
    const env = { ...process.env, FONTCONFIG_FILE: fonts };
    return new Truth(await launchChromium(executablePath, { args, ignoreDefaultArgs, env }), folder);
  }

  constructor(browser, folder) {
    this.browser = browser;
    this.folder = folder;
  }

  /** Opens a recording in a window of `size`; `answers` gives some addresses a body. */
  async open(events, size, surround, answers) {
    await this.page?.close();
    this.page = await this.browser.newPage();
    await this.page.setViewport(size);
    await this.page.setRequestInterception(true);
    this.page.on('request', (request) => { answer(request, request.url() === ADDRESS ? EMPTY : answers.get(request.url())); });
    await this.page.goto(ADDRESS);
    await this.page.addStyleTag({ content: STYLE });
    await this.page.addScriptTag({ content: readFileSync(join(PLAYER_ASSETS, 'node_modules/rrweb/dist/rrweb.umd.min.cjs'), 'utf8') });
    await this.page.addScriptTag({ content: readFileSync(new URL('page/player.js', import.meta.url), 'utf8') });
    await this.page.evaluate((text, color) => { window.truth.load(text, color); }, JSON.stringify(events), surround);
  }

  /** What is seen this many milliseconds after the first event, as a PNG, which animations there were, and the boxes of
   * what only the program shows. */
  async pictureAt(time) {
    const { animations, ours } = await this.page.evaluate((at) => window.truth.show(at), time);
    return { picture: await this.#picture(), animations, ours };
  }

  /** The same after the time before it has been played, in real time. */
  async playedPictureAt(time) {
    await this.page.evaluate((begin, at) => window.truth.play(begin, at), Math.max(0, time - PLAYED), time);
    return this.#picture();
  }

  async #picture() {
    let picture = await this.#screenshot();
    for (let taken = 1; taken < PICTURES; taken += 1) {
      const next = await this.#screenshot();
      if (next.equals(picture)) break;
      picture = next;
    }
    return picture;
  }

  async #screenshot() {
    return Buffer.from(await this.page.screenshot({ captureBeyondViewport: false, optimizeForSpeed: true }));
  }

  async close() {
    await this.browser.close();
    rmSync(this.folder, { recursive: true });
  }
}
