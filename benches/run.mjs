#!/usr/bin/env node
// Measures replaycast and the peer side by side, by `make bench`; `run.mjs --help` lists the options. Ratios count, as times
// say little about another machine; all that is compared runs in turn, so that a drifting machine slows all of it.
// docs/performance.md says what the columns mean.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM, readArguments } from './arguments.mjs';
import { measure, median, Replaycast, table } from './program.mjs';
import { chooseRecordings, movingBox, nameOf, ROOT } from './recordings.mjs';

const HELP = `run.mjs [OPTION...] [RECORDING...]
  RECORDING         a file, or a part of the name of a bundled or shared recording [all]
  --program FILE    [target/release/replaycast]
  --methods LIST    of --capture [framebuffer,damage,every-frame]
  --jobs LIST       browsers of one render, where the program has --jobs [1,2]
  --fps N           [24]
  --runs N          times that everything is measured; medians are printed [3]
  --limit SECONDS   of a recording that every-frame capture and the peer render; the rest is extrapolated [60]
  --seconds SECONDS of a recording that anything renders [all]
  --no-peer         without the peer
  --quick           one run, 5 s of each recording
  --output FILE     write the tables there as well`;

const { options, positionals } = readArguments(HELP, {
  program: PROGRAM,
  methods: { type: 'string', default: 'framebuffer,damage,every-frame' },
  jobs: { type: 'string', default: '1,2' },
  fps: { type: 'string', default: '24' },
  runs: { type: 'string' },
  limit: { type: 'string', default: '60' },
  seconds: { type: 'string' },
  peer: { type: 'boolean', default: true },
  quick: { type: 'boolean', default: false },
  output: { type: 'string' },
});

const fps = Number(options.fps);
const runs = Number(options.runs ?? (options.quick ? 1 : 3));
const limit = Number(options.limit);
const most = Number(options.seconds ?? (options.quick ? 5 : Infinity));
const numbers = { runs, fps, limit, seconds: most };
for (const [name, value] of Object.entries(numbers)) {
  if (!(value > 0)) throw new Error(`--${name} wants a number above 0`);
}

/** Looks at every frame, so that a part of the recording tells the time of the whole. */
const isEveryFrame = (method) => method.endsWith('every-frame');

const folder = mkdtempSync(join(tmpdir(), 'replaycast-bench-'));
const replaycast = new Replaycast(options.program, folder);
const methods = options.methods.split(',');
const jobs = replaycast.has('--jobs') ? options.jobs.split(',').map(Number) : [undefined];
const variants = methods.flatMap((method) => jobs.map((number) => ({ method, jobs: number })));
const titleOf = ({ method, jobs: number }) => (number === undefined ? method : `${method}, jobs ${number}`);

const peer = join(ROOT, 'benches/peer/render.mjs');
if (options.peer && !existsSync(join(ROOT, 'benches/peer/node_modules'))) {
  throw new Error('the peer is not installed: npm ci in benches/peer, or --no-peer');
}

/** Wall seconds for the whole, of which only a part was rendered after `startup` seconds. */
const extrapolated = (wall, startup, part, whole) => startup + (wall - startup) * (whole / part);

async function runOurs(recording, variant, duration) {
  const part = isEveryFrame(variant.method) ? Math.min(duration, limit) : duration;
  const run = await replaycast.render(recording, { ...variant, fps, end: part });
  const { capture, output, timings } = run.report;
  const busy = timings.advance_s + timings.damage_check_s + timings.screenshot_s;
  return {
    wall: extrapolated(run.wall_s, timings.startup_s, part, duration),
    cpuFrame: (run.cpu_s * 1000) / capture.screenshots,
    captureFrame: (busy * 1000) / capture.screenshots,
    byCapture: run.wall_s / busy,
    rss: run.peak_rss_mb,
    calls: capture.browser_calls_per_minute,
    captured: capture.screenshots,
    frames: output.frames,
    bytes: output.bytes,
    size: output.size,
    timings,
  };
}

/** The peer does not notice when a recording has stopped it; nothing slower than this goes on. */
const PEER_START_S = 120;
const PEER_FRAME_S = 1;

async function runPeer(recording, duration, { width, height }) {
  const part = Math.min(duration, limit);
  const output = join(folder, 'peer.mp4');
  const command = ['node', peer, recording, output, fps, part, `${width}x${height}`].map(String);
  const run = await measure(folder, command, PEER_START_S + part * fps * PEER_FRAME_S);
  const { frames, setup_s: setup, bytes } = JSON.parse(run.stdout);
  return {
    wall: extrapolated(run.wall_s, setup, frames / fps, duration),
    cpuFrame: (run.cpu_s * 1000) / frames,
    rss: run.peak_rss_mb,
    captured: frames,
    frames,
    bytes,
  };
}

/** Milliseconds of one capture alone: the page's step and the picture, of a page where every frame changes a little. */
async function bareCapture(method, size) {
  const recording = join(folder, 'moving-box.json');
  writeFileSync(recording, JSON.stringify(movingBox(size, fps, 10)));
  const variant = { method, jobs: replaycast.has('--jobs') ? 1 : undefined };
  const { capture, timings } = (await replaycast.render(recording, { ...variant, fps })).report;
  return ((timings.advance_s + timings.screenshot_s) * 1000) / capture.screenshots;
}

const medianOf = (list, key) => median(list.map((run) => run[key]));
const number = (value, digits = 1) => (Number.isFinite(value) ? value.toFixed(digits) : '');

/** All variants and the peer in turn, `runs` times. */
async function measureRecording(recording) {
  const whole = replaycast.durationOf(recording);
  const duration = Math.min(whole, most);
  const rounds = [];
  let peerRuns = options.peer;
  const bare = new Map();
  for (let round = 0; round < runs; round += 1) {
    const ours = [];
    for (const variant of variants) ours.push(await runOurs(recording, variant, duration));
    for (const method of methods) {
      bare.set(method, [...(bare.get(method) ?? []), await bareCapture(method, ours[0].size)]);
    }
    let theirs = null;
    if (peerRuns) {
      try {
        theirs = await runPeer(recording, duration, ours[0].size);
      } catch (error) {
        peerRuns = false;
        console.error(`${nameOf(recording)}: the peer failed: ${error.message}`);
      }
    }
    rounds.push({ ours, theirs });
  }
  return { name: nameOf(recording), duration, rounds, bare };
}

function rowsOf({ name, duration, rounds, bare }) {
  const against = rounds.filter(({ theirs }) => theirs);
  const rows = variants.map((variant, index) => {
    const all = rounds.map(({ ours }) => ours[index]);
    const { captured, frames, size, bytes } = all[0];
    const single = variants.findIndex(({ method, jobs: other }) => method === variant.method && other === 1);
    const bareMs = median(bare.get(variant.method));
    // Only a part of the frames was captured where the rest is extrapolated.
    const changed = captured * (isEveryFrame(variant.method) ? duration / Math.min(duration, limit) : 1);
    return [
      name, titleOf(variant), `${size.width}x${size.height}`, number(duration), `${captured} of ${frames}`,
      number(medianOf(all, 'wall'), 2),
      number(median(against.map(({ ours, theirs }) => theirs.wall / ours[index].wall))),
      number(bareMs, 2),
      number(medianOf(all, 'wall') / ((changed * bareMs) / 1000), 2),
      variant.jobs > 1 ? '' : number(medianOf(all, 'byCapture'), 2),
      single < 0 || single === index ? '' : number(median(rounds.map(({ ours }) => ours[single].wall / ours[index].wall)), 2),
      number(medianOf(all, 'cpuFrame')), number(medianOf(all, 'captureFrame'), 2),
      number(medianOf(all, 'rss'), 0), number(medianOf(all, 'calls'), 0), number(bytes / 1000, 0),
    ];
  });
  if (against.length > 0) {
    const all = against.map(({ theirs }) => theirs);
    rows.push([
      name, 'peer', '', number(duration), `${all[0].captured} of ${all[0].frames}`, number(medianOf(all, 'wall'), 2), '', '', '', '', '',
      number(medianOf(all, 'cpuFrame')), '', number(medianOf(all, 'rss'), 0), '', number(all[0].bytes / 1000, 0),
    ]);
  } else if (options.peer) {
    rows.push([name, 'peer', '', number(duration), 'failed', ...Array.from({ length: 11 }, () => '')]);
  }
  return rows;
}

/** The stages that the report has times of. */
const stagesOf = ({ rounds }) => Object.keys(rounds[0].ours[0].timings).filter((stage) => stage !== 'total_s');

function stageRowsOf({ name, rounds }, stages) {
  return variants.map((variant, index) => {
    const timings = rounds.map(({ ours }) => ours[index].timings);
    return [name, titleOf(variant), ...stages.map((stage) => number(median(timings.map((run) => run[stage])), 2))];
  });
}

try {
  const measured = [];
  for (const recording of chooseRecordings(positionals)) {
    console.error(nameOf(recording));
    measured.push(await measureRecording(recording));
  }
  const stages = stagesOf(measured[0]);
  const sections = [
    '## Renders', '',
    table(
      ['recording', 'capture', 'size', 'video s', 'captured', 'wall s', 'x peer', 'bare ms', 'x bare', 'x capture', 'x one job',
        'CPU ms/frame', 'capture ms/frame', 'RSS MB', 'calls/min', 'kB'],
      measured.flatMap(rowsOf),
    ),
    '## Seconds by stage', '',
    table(
      ['recording', 'capture', ...stages.map((stage) => stage.replace(/_s$/, '').replaceAll('_', ' '))],
      measured.flatMap((recording) => stageRowsOf(recording, stages)),
    ),
  ];
  const text = sections.join('\n');
  console.log(text);
  if (options.output) writeFileSync(options.output, text);
} finally {
  rmSync(folder, { recursive: true });
}
