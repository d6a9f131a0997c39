#!/usr/bin/env node
// Measures what an hour in which nothing happens adds to a recording, by `make idle-hour`; `idle-hour.mjs --help` lists the
// options. It adds less than one run differs from the next, so there are many pairs.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM, readArguments } from './arguments.mjs';
import { median, Replaycast, table } from './program.mjs';
import { chooseRecordings, nameOf, withIdleHour } from './recordings.mjs';

const HELP = `idle-hour.mjs [OPTION...] [RECORDING...]
  RECORDING         an rrweb array, or a part of its name [shop-checkout]
  --program FILE    [target/release/replaycast]
  --methods LIST    of --capture [framebuffer]
  --fps N           [24]
  --runs N          pairs of renders, without the hour and with it [31]`;

const { options, positionals } = readArguments(HELP, {
  program: PROGRAM,
  methods: { type: 'string', default: 'framebuffer' },
  fps: { type: 'string', default: '24' },
  runs: { type: 'string', default: '31' },
});
const runs = Number(options.runs);
if (!(runs > 0)) throw new Error('--runs wants a number above 0');

const folder = mkdtempSync(join(tmpdir(), 'replaycast-idle-hour-'));
const replaycast = new Replaycast(options.program, folder);

/** Wall seconds of each pair. */
async function measurePairs(without, method) {
  const withHour = join(folder, 'idle-hour.json');
  writeFileSync(withHour, JSON.stringify(withIdleHour(without)));
  const secondsOf = async (recording) => (await replaycast.render(recording, { method, fps: Number(options.fps) })).wall_s;
  const pairs = [];
  // The one that runs first changes from pair to pair.
  for (let round = 0; round < runs; round += 1) {
    const first = await secondsOf(round % 2 ? withHour : without);
    const second = await secondsOf(round % 2 ? without : withHour);
    pairs.push(round % 2 ? { short: second, long: first } : { short: first, long: second });
  }
  return pairs;
}

function rowOf(recording, method, pairs) {
  const percent = (value) => ((value - 1) * 100).toFixed(1);
  const ratios = pairs.map(({ short, long }) => long / short).toSorted((a, b) => a - b);
  const [short, long] = [median(pairs.map((pair) => pair.short)), median(pairs.map((pair) => pair.long))];
  const quartile = (part) => ratios[Math.floor((ratios.length - 1) * part)];
  return [
    nameOf(recording), method, pairs.length, short.toFixed(2), long.toFixed(2), percent(long / short),
    percent(median(ratios)), `${percent(quartile(0.25))} to ${percent(quartile(0.75))}`,
  ];
}

try {
  const rows = [];
  for (const recording of chooseRecordings(positionals.length > 0 ? positionals : ['shop-checkout'])) {
    for (const method of options.methods.split(',')) rows.push(rowOf(recording, method, await measurePairs(recording, method)));
  }
  const heads = ['recording', 'capture', 'pairs', 'without s', 'with s', 'of medians %', 'of pairs %', 'half of the pairs %'];
  console.log(table(heads, rows));
} finally {
  rmSync(folder, { recursive: true });
}
