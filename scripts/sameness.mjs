#!/usr/bin/env node
// Holds the pictures of renders against each other that must be the same: runs of one recording, capture of changes
// against capture of every frame, one browser against several. By `make sameness`; `sameness.mjs --help` lists the options.
// Ends with 1 if any frame differs.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM, readArguments } from '../benches/arguments.mjs';
import { Replaycast } from '../benches/program.mjs';
import { chooseRecordings, nameOf } from '../benches/recordings.mjs';

const HELP = `sameness.mjs [OPTION...] [RECORDING...]
  RECORDING         a file, or a part of the name of a bundled or shared recording [all]
  --program FILE    [target/release/replaycast]
  --methods LIST    of --capture [framebuffer,damage]
  --jobs LIST       browsers of one render, where the program has --jobs [2,4]
  --fps N           [24]
  --size WxH        [native]
  --seconds SECONDS of a recording [all if under 300, else 120]
  --hogs N          processes that keep the cores busy beside every render but the first [0]`;

const { options, positionals } = readArguments(HELP, {
  program: PROGRAM,
  methods: { type: 'string', default: 'framebuffer,damage' },
  jobs: { type: 'string', default: '2,4' },
  fps: { type: 'string', default: '24' },
  size: { type: 'string', default: 'native' },
  seconds: { type: 'string' },
  hogs: { type: 'string', default: '0' },
});

/** Longer recordings are rendered in part. */
const WHOLE_S = 300;
const PART_S = 120;
/** A hog ends by itself after so long, whatever becomes of us. */
const HOG_S = 3600;

const EVERY_FRAME = { framebuffer: 'framebuffer-every-frame', damage: 'every-frame' };

const folder = mkdtempSync(join(tmpdir(), 'replaycast-sameness-'));
const replaycast = new Replaycast(options.program, folder);
const jobs = replaycast.has('--jobs') ? options.jobs.split(',').map(Number) : [];
const one = jobs.length > 0 ? 1 : undefined;

async function hashesOf(recording, variant, end) {
  const hashes = join(folder, 'hashes.tsv');
  await replaycast.render(recording, { fps: options.fps, size: options.size, end, hashes, ...variant });
  return readFileSync(hashes, 'utf8').trimEnd().split('\n');
}

async function besideHogs(work) {
  const hogs = Array.from({ length: Number(options.hogs) }, () => (
    spawn('timeout', [String(HOG_S), process.execPath, '-e', 'for (;;);'], { stdio: 'ignore' })
  ));
  try {
    return await work();
  } finally {
    for (const hog of hogs) hog.kill();
  }
}

/** Frames that are not the same in both, those counted that only one has. */
function differing(some, others) {
  const length = Math.max(some.length, others.length);
  return Array.from({ length }, (_, index) => index).filter((index) => some[index] !== others[index]);
}

const widths = [32, 12, 26, 18];
const row = (cells) => console.log(`| ${cells.map((cell, index) => String(cell).padEnd(widths[index])).join(' | ')} |`);

let wrong = 0;
try {
  row(['recording', 'capture', 'against', 'differing/frames']);
  row(widths.map((width) => '-'.repeat(width)));
  for (const recording of chooseRecordings(positionals)) {
    const duration = replaycast.durationOf(recording);
    const end = Math.min(duration, Number(options.seconds ?? (duration < WHOLE_S ? duration : PART_S)));
    for (const method of options.methods.split(',')) {
      const first = await hashesOf(recording, { method, jobs: one }, end);
      const others = [
        ['another run', { method, jobs: one }],
        [EVERY_FRAME[method], { method: EVERY_FRAME[method], jobs: one }],
        ...jobs.map((number) => [`--jobs ${number}`, { method, jobs: number }]),
      ];
      for (const [title, variant] of others.filter(([, { method: known }]) => known)) {
        const hashes = await besideHogs(() => hashesOf(recording, variant, end));
        const different = differing(first, hashes);
        wrong += different.length;
        const where = different.length > 0 ? `, first ${different[0]}` : '';
        row([nameOf(recording), method, title, `${different.length}/${first.length}${where}`]);
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = wrong > 0 ? 1 : 0;
