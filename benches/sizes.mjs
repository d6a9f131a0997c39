#!/usr/bin/env node
// Holds the sizes of videos, ours and the peer's, against how near they are to the lossless frames, by `make sizes`;
// `sizes.mjs --help` lists the options. docs/encoding.md has what came out.

import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BROWSER, PROGRAM, readArguments } from './arguments.mjs';
import { launchChromium } from './chromium.mjs';
import { measure, median, Replaycast, table } from './program.mjs';
import { chooseRecordings, nameOf } from './recordings.mjs';

const HELP = `sizes.mjs [OPTION...] [RECORDING...]
  RECORDING         a file, or a part of the name of a bundled or shared recording [all]
  --program FILE    [target/release/replaycast]
  --browser FILE    that makes the peer's JPEG pictures [/usr/lib/chromium/chromium]
  --codecs LIST     of --codec [h264,vp9,av1]
  --quality NAME    of --quality [medium]
  --fps N           [24]
  --seconds N       of each recording [25]
  --output FILE     write the table there as well`;

const { options, positionals } = readArguments(HELP, {
  program: PROGRAM,
  browser: BROWSER,
  codecs: { type: 'string', default: 'h264,vp9,av1' },
  quality: { type: 'string', default: 'medium' },
  fps: { type: 'string', default: '24' },
  seconds: { type: 'string', default: '25' },
  output: { type: 'string' },
});

const codecs = options.codecs.split(',');
const folder = mkdtempSync(join(tmpdir(), 'replaycast-sizes-'));
const replaycast = new Replaycast(options.program, folder);
const ffmpeg = (...given) => measure(folder, ['ffmpeg', '-nostdin', '-y', ...given]);

async function render(recording, name, more) {
  const file = join(folder, name);
  await replaycast.render(recording, { fps: options.fps, end: options.seconds, output: file, more: { '--no-annotations': true, ...more } });
  return file;
}

/** Gives the pictures of a folder again as JPEG of quality 80 by the browser's own encoder, as a screenshot has it. */
async function asJpeg(page, pictures, into) {
  mkdirSync(into);
  const known = new Map();
  for (const name of readdirSync(pictures).toSorted()) {
    const png = readFileSync(join(pictures, name));
    const key = createHash('sha256').update(png).digest('hex');
    if (!known.has(key)) {
      const jpeg = await page.evaluate(encodeJpeg, `data:image/png;base64,${png.toString('base64')}`);
      known.set(key, Buffer.from(jpeg.split(',')[1], 'base64'));
    }
    writeFileSync(join(into, name.replace(/png$/, 'jpg')), known.get(key));
  }
}

async function encodeJpeg(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  canvas.getContext('2d').drawImage(image, 0, 0);
  return canvas.toDataURL('image/jpeg', 0.8);
}

/** What the peer would make of these very frames. A video of its own would differ in the pointer and in letters, too. */
async function peerVideo(page, lossless) {
  const pictures = join(folder, 'png');
  const jpegs = join(folder, 'jpeg');
  const file = join(folder, 'peer.mp4');
  mkdirSync(pictures);
  await ffmpeg('-v', 'error', '-i', lossless, '-fps_mode', 'passthrough', join(pictures, '%06d.png'));
  await asJpeg(page, pictures, jpegs);
  await ffmpeg('-v', 'error', '-framerate', options.fps, '-i', join(jpegs, '%06d.jpg'), '-vf', 'pad=ceil(iw/2)*2:ceil(ih/2)*2',
    '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p', '-movflags', '+faststart', '-threads', '2', file);
  for (const used of [pictures, jpegs]) rmSync(used, { recursive: true });
  return file;
}

/** The mean SSIM in RGB of all frames of a video against the lossless ones. */
async function similarityOf(video, lossless) {
  const statistics = join(folder, 'ssim.log');
  const grid = `fps=${options.fps}:round=near,scale=flags=bicubic+accurate_rnd+full_chroma_int,format=gbrp`;
  await ffmpeg('-v', 'error', '-i', lossless, '-i', video, '-lavfi',
    `[1:v]${grid}[video];[0:v]format=gbrp[lossless];[lossless][video]ssim=stats_file=${statistics}`, '-f', 'null', '-');
  const all = [...readFileSync(statistics, 'utf8').matchAll(/ All:([\d.]+)/g)].map(([, value]) => Number(value));
  return all.reduce((sum, value) => sum + value, 0) / all.length;
}

async function compare(page, recording) {
  const lossless = await render(recording, 'lossless.mp4', { '--quality': 'lossless', '--cfr': true });
  const weigh = async (video) => ({ bytes: statSync(video).size, similarity: await similarityOf(video, lossless) });
  const peer = await weigh(await peerVideo(page, lossless));
  const ours = [];
  for (const codec of codecs) {
    ours.push(await weigh(await render(recording, 'ours.mp4', { '--quality': options.quality, '--codec': codec })));
  }
  return { name: nameOf(recording), peer, ours };
}

const digits = ({ bytes, similarity }) => `${bytes.toLocaleString('en')} at ${similarity.toFixed(5)}`;
const share = (video, peer) => video.bytes / peer.bytes;
const percent = (part) => `${(part * 100).toFixed(0)}%`;

/** The shares count only where the picture is at least as good as the peer's. */
const shareRow = (measured) => ['of the peer\'s bytes, median', '', ...codecs.map((_, index) => {
  const shares = measured.filter(({ peer, ours }) => ours[index].similarity >= peer.similarity).map(({ peer, ours }) => share(ours[index], peer));
  return shares.length === 0 ? '' : `${percent(median(shares))} (${shares.length} of ${measured.length})`;
})];

const rowOf = ({ name, peer, ours }) => [
  name, digits(peer), ...ours.map((video) => `${digits(video)}, ${percent(share(video, peer))}${video.similarity < peer.similarity ? ' (less alike)' : ''}`),
];

const browser = await launchChromium(options.browser);
try {
  const page = await browser.newPage();
  const measured = [];
  for (const recording of chooseRecordings(positionals)) {
    console.error(nameOf(recording));
    measured.push(await compare(page, recording));
  }
  const text = table(['recording', 'the peer', ...codecs], [...measured.map(rowOf), shareRow(measured)]);
  console.log(text);
  if (options.output) writeFileSync(options.output, text);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
