#!/usr/bin/env node
// Times damage capture against every-frame capture: `scripts/bench PROGRAM [RECORDING...]`, by `make bench`.
// Without recordings it takes the bundled ones, and the shared ones where they are. Prints ratios, as absolute times
// say little about another machine; the pairs run in turn so that a drifting machine slows both.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const RUNS = 3;
const MOST_SECONDS = 60;

const [program, ...chosen] = process.argv.slice(2);
const root = new URL('..', import.meta.url).pathname;
const shared = ['expect-demo-1280x720', 'steel-example', 'rrweb-player-react-hooks', 'posthog-site-homepage'];
const recordings = chosen.length
  ? chosen
  : [
      join(root, 'tests/fixtures/shop-checkout.json'),
      ...shared.map((name) => join(root, '../shared/recordings', `${name}.json`)).filter(existsSync),
    ];

const folder = mkdtempSync(join(tmpdir(), 'replaycast-bench-'));

function render(recording, method) {
  const report = join(folder, 'report.json');
  execFileSync(program, [
    'render', recording, '-o', join(folder, 'video.mp4'), '--force', '-q',
    '--idle', 'keep', '--end', String(MOST_SECONDS), '--capture', method, '--report', report,
  ]);
  const { timings, capture, output } = JSON.parse(readFileSync(report, 'utf8'));
  return { seconds: timings.total_s, captured: capture.screenshots, video: output.duration_s };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const column = (value, width) => String(value).padStart(width);

console.log('recording                        video s  captured  damage s  every-frame s  ratio  x real time');
for (const recording of recordings) {
  const pairs = Array.from({ length: RUNS }, () => [render(recording, 'damage'), render(recording, 'every-frame')]);
  const damage = median(pairs.map(([d]) => d.seconds));
  const every = median(pairs.map(([, e]) => e.seconds));
  const ratio = median(pairs.map(([d, e]) => e.seconds / d.seconds));
  const { captured, video } = pairs[0][0];
  console.log(
    basename(recording, '.json').padEnd(32),
    column(video.toFixed(1), 7), column(captured, 9), column(damage.toFixed(1), 9), column(every.toFixed(1), 14),
    column(ratio.toFixed(1), 6), column((video / damage).toFixed(1), 12),
  );
}
rmSync(folder, { recursive: true });
