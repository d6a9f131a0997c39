#!/usr/bin/env node
// Renders recordings with `--max-size` and says what came out: the size, what was lowered for it, how often all was encoded
// and how long that took. By `make max-size`; `max-size.mjs --help` lists the options. Ends with 1 if a file is too large.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM, readArguments } from '../benches/arguments.mjs';
import { inspect } from '../benches/program.mjs';
import { chooseRecordings, nameOf } from '../benches/recordings.mjs';

const HELP = `max-size.mjs [OPTION...] [RECORDING...]
  RECORDING         a file, or a part of the name of a bundled or shared recording [all under 15 minutes]
  --program FILE    [target/release/replaycast]
  --limits LIST     [2MB,500KB,100KB]
  --extension NAME  mp4, webm, gif, webp or apng [mp4]
  --keep FOLDER     keeps the files there`;

const { options, positionals } = readArguments(HELP, {
  program: PROGRAM,
  limits: { type: 'string', default: '2MB,500KB,100KB' },
  extension: { type: 'string', default: 'mp4' },
  keep: { type: 'string' },
});

const LONGEST_S = 900;
const TOO_LARGE = 65;

const folder = options.keep ?? mkdtempSync(join(tmpdir(), 'replaycast-max-size-'));
if (options.keep) mkdirSync(options.keep, { recursive: true });
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const isShort = (recording) => inspect(options.program, recording).duration_s < LONGEST_S;

const describe = ({ quality, fps, size }) => `${quality}, ${fps} fps, ${size.width}x${size.height}`;

/** The cells of a row; throws if the file is larger than it may be. */
function fit(recording, limit) {
  const output = join(folder, `${nameOf(recording)}-${limit}.${options.extension}`);
  const report = `${output}.json`;
  const { status, stderr } = spawnSync(options.program, [
    'render', recording, '-o', output, '--max-size', limit, '--report', report, '--force', '--offline', '--progress', 'off',
  ], { encoding: 'utf8' });
  if (status === TOO_LARGE && !existsSync(output)) {
    return [stderr.split('\n').find((line) => line.startsWith('error:')) ?? 'impossible', '', '', '', ''];
  }
  if (status !== 0) throw new Error(stderr);
  const { output: { fit: made, bytes }, timings } = readJson(report);
  const written = statSync(output).size;
  if (written !== bytes || written > made.max_bytes) throw new Error(`${output}: ${written} of ${made.max_bytes} bytes`);
  return [
    written.toLocaleString('en'), `${Math.round((100 * written) / made.max_bytes)}%`, describe(made.chosen), made.encodings,
    `${made.extra_s.toFixed(1)} of ${timings.total_s.toFixed(1)} s`,
  ];
}

const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
let wrong = 0;
row(['recording', 'limit', 'bytes', 'of it', 'chosen', 'encodings', 'after the first']);
row(Array.from({ length: 7 }, () => '---'));
for (const recording of chooseRecordings(positionals).filter((file) => positionals.length > 0 || isShort(file))) {
  for (const limit of options.limits.split(',')) {
    try {
      row([nameOf(recording), limit, ...fit(recording, limit)]);
    } catch (error) {
      wrong += 1;
      row([nameOf(recording), limit, `WRONG: ${error.message}`, '', '', '', '']);
    }
  }
}
if (!options.keep) rmSync(folder, { recursive: true });
process.exitCode = wrong > 0 ? 1 : 0;
