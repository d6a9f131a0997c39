#!/usr/bin/env node
// Holds the program's pictures against the pages themselves, by `make live`: pages of well-known libraries are used by a script,
// recorded by rrweb and photographed at once. `run.mjs --help` lists the options; docs/fidelity.md has what came out.

import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BROWSER, PROGRAM, readArguments } from '../arguments.mjs';
import { launchChromium } from '../chromium.mjs';
import { median, table } from '../program.mjs';
import { ROOT } from '../recordings.mjs';
import { readLuma, ssim } from '../similarity.mjs';
import { PAGES } from './pages.mjs';

const HELP = `run.mjs [OPTION...] [PAGE...]
  PAGE              of ${Object.keys(PAGES).join(', ')} [all]
  --program FILE    [target/release/replaycast]
  --browser FILE    in which the pages are used [/usr/lib/chromium/chromium]
  --low SSIM        pictures below are listed by themselves [0.99]
  --pictures FOLDER keep recordings and pictures`;

const { options, positionals } = readArguments(HELP, {
  program: PROGRAM,
  browser: BROWSER,
  low: { type: 'string', default: '0.99' },
  pictures: { type: 'string' },
});

const HERE = import.meta.dirname;
const SIZE = { width: 1000, height: 800 };
const FPS = 10;
/** Until what a step begins has come to its end, in milliseconds. */
const SETTLED = 1200;
const TYPES = { '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript', '.png': 'image/png' };

const recorder = readFileSync(join(ROOT, 'player-assets/node_modules/rrweb/dist/rrweb.umd.min.cjs'), 'utf8');

/** Serves the pages and their libraries. */
function serve() {
  const server = createServer((request, response) => {
    const file = join(HERE, decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
    try {
      const bytes = readFileSync(file);
      response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
      response.end(bytes);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  return new Promise((resolve) => { server.listen(0, 'localhost', () => { resolve(server); }); });
}

/** Takes the steps of a page. Gives the events and the pictures, each with its time on the page's clock. */
async function use(browser, origin, name) {
  const { record = {}, steps } = PAGES[name];
  const page = await browser.newPage();
  await page.setViewport(SIZE);
  const events = [];
  await page.exposeFunction('emitted', (event) => { events.push(JSON.parse(event)); });
  await page.goto(`${origin}/pages/${name}.html`, { waitUntil: 'networkidle0' });
  await sleep(SETTLED);
  // The newline ends the comment that the recorder ends with.
  await page.addScriptTag({ content: `${recorder}\nwindow.rrweb = rrweb;` });
  await page.evaluate((more) => {
    window.rrweb.record({ emit: (event) => window.emitted(JSON.stringify(event)), collectFonts: true, ...more });
  }, record);
  const shots = [];
  for (const step of [() => undefined, ...steps]) {
    await step(page);
    await sleep(SETTLED);
    const picture = await page.screenshot();
    shots.push({ at: await page.evaluate(() => Date.now()), picture });
    await sleep(SETTLED / 4);
  }
  await page.evaluate(() => { window.rrweb.record.addCustomEvent('end', {}); });
  await page.close();
  return { events, shots };
}

/** The pictures of a render: each with the session time, in milliseconds, from which on it is shown. */
function render(folder, events) {
  const recording = join(folder, 'recording.json');
  const frames = join(folder, 'frames');
  writeFileSync(recording, JSON.stringify(events));
  execFileSync(options.program, [
    'render', recording, '-o', frames, '--format', 'png', '--fps', String(FPS), '--idle', 'keep', '--cursor', 'none', '--force', '-q',
    '--assets', HERE,
  ]);
  const { frames: list } = JSON.parse(readFileSync(join(frames, 'index.json'), 'utf8'));
  return list.map(({ file, session_ms: from }) => ({ file: join(frames, file), from }));
}

function compare(folder, { events, shots }) {
  const ours = render(folder, events);
  return shots.map(({ at, picture }, index) => {
    const session = at - events[0].timestamp;
    const { file } = ours.findLast(({ from }) => from <= session);
    writeFileSync(join(folder, `${index}-page.png`), picture);
    const bytes = readFileSync(file);
    writeFileSync(join(folder, `${index}-ours.png`), bytes);
    return ssim(readLuma(picture), readLuma(bytes)).value;
  });
}

const folder = options.pictures ?? mkdtempSync(join(tmpdir(), 'replaycast-live-'));
const server = await serve();
const browser = await launchChromium(options.browser, {
  // Bars of parts of a page are shown in a render, too.
  ignoreDefaultArgs: ['--hide-scrollbars'],
});
try {
  const rows = [];
  const low = [];
  for (const name of positionals.length > 0 ? positionals : Object.keys(PAGES)) {
    console.error(name);
    const into = join(folder, name);
    mkdirSync(into, { recursive: true });
    const likeness = compare(into, await use(browser, `http://localhost:${server.address().port}`, name));
    rows.push([name, likeness.length, median(likeness).toFixed(4), Math.min(...likeness).toFixed(4)]);
    likeness.forEach((value, index) => { if (value < Number(options.low)) low.push([name, index, value.toFixed(4)]); });
  }
  console.log(table(['page', 'moments', 'median', 'lowest'], rows));
  if (low.length > 0) console.log(table(['page', 'step', 'SSIM'], low));
} finally {
  await browser.close();
  server.close();
  if (!options.pictures) rmSync(folder, { recursive: true });
}
