#!/usr/bin/env node
// Renders a recording the way PostHog publishes: `render.mjs INPUT OUTPUT FPS SECONDS WIDTHxHEIGHT`. Prints JSON:
// frames, seconds of setup, of capture and in all, bytes. Called by benches/run.mjs.

import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { capture, launch } from 'puppeteer-capture';
import { eventsIn } from '../recordings.mjs';
import { answer } from '../requests.mjs';

const BROWSER = process.env.REPLAYCAST_PEER_BROWSER ?? '/usr/lib/chromium/chromium-headless-shell';
const ADDRESS = 'http://player.invalid';
/** The loop looks at the clock once in so much virtual time. */
const LOOK_MS = 250;
const FULL_SNAPSHOT = 2;

const [input, output, fpsText, secondsText, sizeText] = process.argv.slice(2);
if (!sizeText) {
  console.error('render.mjs INPUT OUTPUT FPS SECONDS WIDTHxHEIGHT');
  process.exit(64);
}
const fps = Number(fpsText);
const frames = Math.ceil(Number(secondsText) * fps);
const [width, height] = sizeText.split('x').map(Number);

async function bundle() {
  const built = await build({
    entryPoints: [join(dirname(fileURLToPath(import.meta.url)), 'page/player.js')],
    bundle: true,
    write: false,
    format: 'iife',
    loader: { '.css': 'text' },
    logLevel: 'warning',
  });
  return built.outputFiles[0].text;
}

/** Answers the page from memory. Nothing else is reached: this is about time, not about assets. */
function serve(page, script, events) {
  const answers = {
    [`${ADDRESS}/player`]: { contentType: 'text/html', body: '<!doctype html><body><script src="/player.js"></script>' },
    [`${ADDRESS}/player.js`]: { contentType: 'text/javascript', body: script },
    [`${ADDRESS}/events.json`]: { contentType: 'application/json', body: JSON.stringify(events) },
  };
  page.on('request', (request) => { answer(request, answers[request.url()]); });
}

/** Every picture as JPEG, and the clock stepped in the page and its direct children only: PostHog's two changes. */
function asPostHogDoes(page) {
  const createSession = page.createCDPSession.bind(page);
  page.createCDPSession = async () => {
    const session = await createSession();
    const send = session.send.bind(session);
    session.send = (method, parameters, ...rest) => {
      if (parameters?.screenshot) parameters.screenshot = { format: 'jpeg', quality: 80 };
      return send(method, parameters, ...rest);
    };
    return session;
  };
  page.frames = () => [page.mainFrame(), ...page.mainFrame().childFrames()];
}

const begun = performance.now();
const events = eventsIn(JSON.parse(readFileSync(input, 'utf8')));
const folder = mkdtempSync(`${output}-`);
// puppeteer-capture insists on the name.
const named = join(folder, 'chrome-headless-shell');
symlinkSync(BROWSER, named);

let browser;
try {
  if (!events?.some(({ type, data }) => type === FULL_SNAPSHOT && data?.node)) {
    throw new Error(`${input} holds no page that rrweb can replay`);
  }
  const script = await bundle();
  const args = ['--disable-dev-shm-usage', '--mute-audio'];
  if (process.getuid() === 0) args.push('--no-sandbox');
  browser = await launch({ executablePath: named, args, defaultViewport: { width, height } });
  const page = await browser.newPage();
  asPostHogDoes(page);
  await page.setRequestInterception(true);
  serve(page, script, events);

  const recorder = await capture(page, {
    fps,
    format: async (ffmpeg) => {
      ffmpeg
        .outputFormat('mp4')
        .withVideoCodec('libx264')
        .outputOptions(['-preset veryfast', '-crf 23', '-pix_fmt yuv420p', '-movflags +faststart', '-threads 2'])
        .videoFilter('pad=ceil(iw/2)*2:ceil(ih/2)*2');
    },
  });
  let captured = 0;
  recorder.on('frameCaptured', () => { captured += 1; });
  await page.goto(`${ADDRESS}/player`);
  await page.evaluate(() => window.peer.load());
  await recorder.start(output);
  await page.evaluate(() => { window.peer.play(); });
  const ready = performance.now();
  // A capture that fails ends, and nobody waiting for a frame hears of it; stop() then says why.
  const stopped = new Promise((resolve) => { recorder.once('captureStopped', resolve); });
  let running = true;
  stopped.then(() => { running = false; });
  while (running && captured < frames) await Promise.race([recorder.waitForTimeout(LOOK_MS), stopped]);
  await recorder.stop();

  const done = performance.now();
  console.log(JSON.stringify({
    frames: captured,
    setup_s: (ready - begun) / 1000,
    capture_s: (done - ready) / 1000,
    total_s: (done - begun) / 1000,
    bytes: statSync(output).size,
  }));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await browser?.close();
  rmSync(folder, { recursive: true });
}
