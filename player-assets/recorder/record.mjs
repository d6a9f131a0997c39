// Records the fixture sessions: opens our own pages in a real browser, walks through them, writes the events.
// Run by `npm run record [name]`; the recordings land in tests/fixtures/.
import { Buffer } from 'node:buffer';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { URL } from 'node:url';
import { build } from 'esbuild';
import puppeteer from 'puppeteer-core';
import { phone } from './visits/phone.mjs';
import { resize } from './visits/resize.mjs';
import { shop } from './visits/shop.mjs';

/**
 * @typedef {object} Visit
 * @property {string} name the recording's file name, without .json
 * @property {string} folder the folder below pages/ that is served
 * @property {string} origin the made-up origin it is served under
 * @property {import('puppeteer-core').Viewport} viewport
 * @property {string[]} secrets texts that must not be in the recording
 * @property {(page: import('puppeteer-core').Page) => Promise<void>} walk
 */

/** @typedef {import('rrweb').eventWithTime} RecordedEvent */

const here = import.meta.dirname;
const fixtures = path.join(here, '../../tests/fixtures');
const browserPath = process.env.REPLAYCAST_BROWSER || '/usr/lib/chromium/chromium-headless-shell';
const sizeLimit = 400_000;

// A fixed first instant, so that recording again changes as few lines as possible.
const firstInstant = Date.parse('2025-01-01T00:00:00.000Z');

/** @type {Record<string, string>} */
const contentTypes = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** rrweb's recorder as one script that defines `rrwebRecorder`. */
async function bundleRecorder() {
  const { outputFiles } = await build({
    stdin: { contents: "export { record } from 'rrweb';", resolveDir: here },
    bundle: true,
    format: 'iife',
    globalName: 'rrwebRecorder',
    minify: true,
    write: false,
  });
  return outputFiles[0].text;
}

/**
 * Answers every request from the visit's folder and refuses any other origin.
 * @param {import('puppeteer-core').Page} page
 * @param {Visit} visit
 * @returns {Promise<string[]>} what was refused, filled in while the page runs
 */
async function serve(page, visit) {
  /** @type {string[]} */
  const refused = [];
  await page.setRequestInterception(true);
  page.on('request', async (request) => {
    const url = new URL(request.url());
    const file = path.join(here, 'pages', visit.folder, url.pathname === '/' ? 'index.html' : url.pathname);
    const body = url.origin === visit.origin ? await readFile(file).catch(() => undefined) : undefined;
    if (body) return request.respond({ contentType: contentTypes[path.extname(file)], body });
    refused.push(request.url());
    return request.abort();
  });
  return refused;
}

/**
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} recorder
 * @param {Visit} visit
 */
async function recordVisit(browser, recorder, visit) {
  const page = await browser.newPage();
  /** @type {RecordedEvent[]} */
  const events = [];
  /** @type {string[]} */
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.setViewport(visit.viewport);
  await page.exposeFunction('keepEvent', (/** @type {string} */ event) => {
    events.push(JSON.parse(event));
  });
  const refused = await serve(page, visit);
  await page.evaluateOnNewDocument(recorder + startRecorder);
  await page.goto(`${visit.origin}/`, { waitUntil: 'load' });
  await visit.walk(page);
  // Without it the recording would stop at the last gesture, before its animation has run.
  await page.evaluate("rrwebRecorder.record.addCustomEvent('visit-end', {})");
  await page.close();
  problems.push(...refused.map((url) => `asked for ${url}`));
  if (problems.length > 0) throw new Error(`${visit.name}: ${problems.join('; ')}`);
  return events;
}

/**
 * Runs inside the page, before any script of it.
 * The recorder opens an empty frame of its own; recording in there too would never end.
 */
const startRecorder = `
  if (window.top === window) {
    rrwebRecorder.record({
      emit: (event) => keepEvent(JSON.stringify(event)),
      maskInputOptions: { password: true },
      inlineStylesheet: true,
      recordCanvas: false,
      collectFonts: false,
    });
  }`;

/**
 * @param {RecordedEvent[]} events
 * @param {Visit} visit
 */
async function write(events, visit) {
  const shift = firstInstant - events[0].timestamp;
  const rows = events.map((event) => JSON.stringify({ ...event, timestamp: event.timestamp + shift }));
  const text = `[\n${rows.join(',\n')}\n]\n`;
  for (const secret of visit.secrets) {
    if (text.includes(secret)) throw new Error(`${visit.name} holds a text that should be masked`);
  }
  if (Buffer.byteLength(text) > sizeLimit) throw new Error(`${visit.name} is over ${sizeLimit} bytes`);
  await writeFile(path.join(fixtures, `${visit.name}.json`), text);
  const seconds = (events[events.length - 1].timestamp - events[0].timestamp) / 1000;
  process.stdout.write(`${visit.name}: ${events.length} events, ${seconds.toFixed(1)} s, ${Buffer.byteLength(text)} bytes\n`);
}

const wanted = process.argv[2];
const visits = [shop, phone, resize].filter((visit) => !wanted || visit.name === wanted);
if (visits.length === 0) throw new Error(`no recording is called ${wanted}`);

const recorder = await bundleRecorder();
const browser = await puppeteer.launch({
  executablePath: browserPath,
  headless: 'shell',
  pipe: true,
  // The sandbox cannot start as root, and the only pages opened are our own; no name resolves, so nothing leaves.
  args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND'],
});
try {
  for (const visit of visits) await write(await recordVisit(browser, recorder, visit), visit);
} finally {
  await browser.close();
}
