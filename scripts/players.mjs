#!/usr/bin/env node
// Plays every format that `render` writes in Chromium, `<video>` or its decoder of images, at three times, and animations
// also in `<img>`, and compares what it shows with the pictures of `--frames` by SSIM. By `make players`; `players.mjs
// --help` lists the options. Ends with 1 if a format is shown wrong.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BROWSER, PROGRAM, readArguments } from '../benches/arguments.mjs';
import { launchChromium } from '../benches/chromium.mjs';
import { ROOT } from '../benches/recordings.mjs';
import { readLuma, ssim } from '../benches/similarity.mjs';

const HELP = `players.mjs [OPTION...] [FORMAT...]
  FORMAT            part of a name in the list of formats [all]
  --program FILE    [target/release/replaycast]
  --browser FILE    a Chromium [/usr/lib/chromium/chromium]
  --size WxH        [640x360]
  --seconds N       of the bundled recording shop-checkout [12]
  --keep            keeps what was made, and says where`;

const { options, positionals } = readArguments(HELP, {
  program: PROGRAM,
  browser: BROWSER,
  size: { type: 'string', default: '640x360' },
  seconds: { type: 'string', default: '12' },
  keep: { type: 'boolean', default: false },
});

const LOSSLESS = ['--quality', 'lossless'];
/** What is made: its name, its extension, the options, the least similarity, and the type of an image. A format that
 * this Chromium is known not to show says why. */
const FORMATS = [
  { name: 'mp4 h264', extension: 'mp4', least: 0.97 },
  { name: 'mp4 h264 lossless', extension: 'mp4', options: LOSSLESS, least: 0.97 },
  { name: 'mp4 vp9', extension: 'mp4', options: ['--codec', 'vp9'], least: 0.97 },
  { name: 'mp4 av1', extension: 'mp4', options: ['--codec', 'av1'], least: 0.97 },
  { name: 'mp4 hevc', extension: 'mp4', options: ['--codec', 'hevc'], unplayable: 'Chromium has no decoder for HEVC in software' },
  { name: 'webm vp9', extension: 'webm', least: 0.97 },
  { name: 'webm vp9 lossless', extension: 'webm', options: LOSSLESS, least: 0.97 },
  { name: 'webm av1', extension: 'webm', options: ['--codec', 'av1'], least: 0.97 },
  { name: 'gif', extension: 'gif', least: 0.97, type: 'image/gif' },
  { name: 'webp', extension: 'webp', least: 0.96, type: 'image/webp' },
  { name: 'webp lossless', extension: 'webp', options: LOSSLESS, least: 0.999, type: 'image/webp' },
  { name: 'apng', extension: 'apng', least: 0.999, type: 'image/png' },
];
const chosen = FORMATS.filter(({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)));

const folder = mkdtempSync(join(tmpdir(), 'replaycast-players-'));
const dataUrl = (type, bytes) => `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
const bytesOf = (address) => Buffer.from(address.split(',')[1], 'base64');

/** Renders a format and the pictures that it should show. */
function make({ name, extension, options: own = [] }) {
  const file = join(folder, `${name.replaceAll(' ', '-')}.${extension}`);
  const frames = `${file}-frames`;
  execFileSync(options.program, [
    'render', join(ROOT, 'tests/fixtures/shop-checkout.json'), '-o', file, '--frames', frames, '-q', '--offline',
    '--size', options.size, '--end', options.seconds, '--fps', '15', ...own,
  ], { stdio: ['ignore', 'ignore', 'inherit'] });
  return { file, frames, index: JSON.parse(readFileSync(join(frames, 'index.json'), 'utf8')) };
}

/** What a video shows at a time, as the bytes of a PNG. */
async function videoPicture(page, ms) {
  await page.evaluate(async (seconds) => {
    const video = document.querySelector('video');
    const shown = new Promise((done) => { video.requestVideoFrameCallback(done); });
    video.currentTime = seconds;
    await new Promise((done) => { video.addEventListener('seeked', done, { once: true }); });
    await Promise.race([shown, new Promise((done) => { setTimeout(done, 1000); })]);
  }, ms / 1000);
  const element = await page.$('video');
  return element.screenshot();
}

/** Opens a video; says what hinders it, if anything does. */
async function openVideo(page, file) {
  return page.evaluate((source) => new Promise((done) => {
    const video = document.querySelector('video');
    video.addEventListener('canplaythrough', () => { done({ seconds: video.duration, tracks: video.textTracks.length }); }, { once: true });
    video.addEventListener('error', () => { done({ error: video.error.message }); }, { once: true });
    video.src = source;
  }), pathToFileURL(file).href);
}

/** What an animation shows at a time, by the browser's own decoder and the durations that it reads. */
const imagePicture = (page, source, type, ms) => page.evaluate(async (address, kind, wantedMs) => {
  const decoder = new ImageDecoder({ data: await (await fetch(address)).arrayBuffer(), type: kind });
  await decoder.tracks.ready;
  await decoder.completed;
  let shown = null;
  let startMs = 0;
  for (let frameIndex = 0; frameIndex < decoder.tracks.selectedTrack.frameCount && startMs <= wantedMs; frameIndex += 1) {
    shown?.close();
    ({ image: shown } = await decoder.decode({ frameIndex }));
    startMs += shown.duration / 1000;
  }
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [shown.displayWidth, shown.displayHeight];
  canvas.getContext('2d').drawImage(shown, 0, 0);
  return canvas.toDataURL();
}, source, type, ms);

/** What an `<img>` shows of an animation before it plays. */
const imageElementPicture = (page, source) => page.evaluate(async (address) => {
  const image = document.querySelector('img');
  image.src = address;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  // Of an animated image, a canvas takes the first picture.
  canvas.getContext('2d').drawImage(image, 0, 0);
  return canvas.toDataURL();
}, source);

/** Three times, each in the middle of a picture that is shown for a while. */
function timesIn({ frames }) {
  const lasting = frames.filter((frame) => frame.duration_ms >= 100);
  if (lasting.length === 0) throw new Error('no picture lasts for 100 ms: more --seconds are needed');
  return [0.2, 0.5, 0.9].map((part) => {
    const frame = lasting[Math.floor(part * lasting.length)];
    return { ms: frame.video_ms + frame.duration_ms / 2, file: frame.file };
  });
}

async function check(browser, format) {
  const made = make(format);
  const page = await browser.newPage();
  const [width, height] = options.size.split('x').map(Number);
  await page.setViewport({ width, height });
  // The decoder of images is there for files, but not for about:blank.
  await page.goto(pathToFileURL(join(ROOT, 'scripts/players.html')).href);
  const found = [];
  if (!format.type) {
    const { error, seconds } = await openVideo(page, made.file);
    if (error) return { says: format.unplayable ?? `is not played: ${error}`, good: Boolean(format.unplayable) };
    if (Math.abs(seconds * 1000 - made.index.duration_ms) > 50) return { says: `lasts ${seconds} s`, good: false };
  }
  const compare = (shown, file) => {
    const pictures = [shown, readFileSync(join(made.frames, file))].map(readLuma);
    found.push(ssim(...pictures).value);
  };
  if (format.type) {
    const shown = await imageElementPicture(page, dataUrl(format.type, readFileSync(made.file)));
    compare(bytesOf(shown), made.index.frames[0].file);
  }
  for (const { ms, file } of timesIn(made.index)) {
    const shown = format.type
      ? bytesOf(await imagePicture(page, dataUrl(format.type, readFileSync(made.file)), format.type, ms))
      : await videoPicture(page, ms);
    compare(shown, file);
  }
  await page.close();
  return { says: `SSIM ${found.map((value) => value.toFixed(4)).join(', ')}`, good: found.every((value) => value >= (format.least ?? 0)) };
}

const browser = await launchChromium(options.browser, {
  args: ['--allow-file-access-from-files', '--autoplay-policy=no-user-gesture-required'],
});
let wrong = 0;
for (const format of chosen) {
  const { says, good } = await check(browser, format).catch((error) => ({ says: String(error), good: false }));
  if (!good) wrong += 1;
  console.log(`${good ? 'good ' : 'WRONG'}  ${format.name.padEnd(20)} ${says}`);
}
await browser.close();
if (options.keep) console.log(folder);
else rmSync(folder, { recursive: true });
process.exit(wrong === 0 ? 0 : 1);
