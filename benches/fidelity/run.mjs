#!/usr/bin/env node
// Holds the program's pictures against those of rrweb's own player at the same moments, by `make fidelity`;
// `run.mjs --help` lists the options. docs/fidelity.md says how both are made alike, and what came out.

import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BROWSER, PROGRAM, readArguments } from '../arguments.mjs';
import { inspect, median, table } from '../program.mjs';
import { chooseRecordings, eventsIn, nameOf } from '../recordings.mjs';
import { circumstances, isStill } from './circumstances.mjs';
import { render, writeHar } from './ours.mjs';
import { readLuma, ssim } from '../similarity.mjs';
import { Truth } from './truth.mjs';

const HELP = `run.mjs [OPTION...] [RECORDING...]
  RECORDING         a file, or a part of the name of a bundled or shared recording [all]
  --program FILE    [target/release/replaycast]
  --browser FILE    that rrweb's player runs in [/usr/lib/chromium/chromium]
  --capture HOW     of the program [its default]
  --samples N       moments of each recording, evenly spread over its active time [20]
  --low SSIM        samples below are listed by themselves [0.97]
  --pictures FOLDER keep what both show at these moments: the program on the left, rrweb in the middle, the difference
                    on the right
  --output FILE     write the tables there as well`;

const { options, positionals } = readArguments(HELP, {
  program: PROGRAM,
  browser: BROWSER,
  capture: { type: 'string' },
  samples: { type: 'string', default: '20' },
  low: { type: 'string', default: '0.97' },
  pictures: { type: 'string' },
  output: { type: 'string' },
});
const low = Number(options.low);

const SURROUND = '#808080';
/** Stands in for each image that a recording only names: without it the program draws a label there. */
const STAND_IN = {
  contentType: 'image/svg+xml',
  body: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><rect width="64" height="48" fill="#7a9"/></svg>'),
};
const META = 4;

const folder = mkdtempSync(join(tmpdir(), 'replaycast-fidelity-'));

/** The events, with the size of the window at their beginning, which recorders before rrweb 1.0 did not record. */
function readEvents(recording) {
  const events = eventsIn(JSON.parse(readFileSync(recording, 'utf8')));
  if (events.some(({ type }) => type === META)) return events;
  const [size] = inspect(options.program, recording).windows[0].sizes;
  return [{ type: META, data: { href: '', ...size }, timestamp: events[0].timestamp }, ...events];
}

function renderOurs(recording) {
  const common = { surround: SURROUND, capture: options.capture };
  const bare = render(options.program, recording, join(folder, 'bare'), common);
  const images = bare.missingImages;
  if (images.length === 0) return { rendered: bare, images };
  const assets = join(folder, 'assets.har');
  writeHar(assets, images, STAND_IN);
  return { rendered: render(options.program, recording, join(folder, 'given'), { ...common, assets }), images };
}

/** Both pictures and their difference beside each other. */
function keepPictures(name, session, ours, theirs) {
  mkdirSync(options.pictures, { recursive: true });
  const truth = join(folder, 'truth.png');
  writeFileSync(truth, theirs);
  const filter = '[0]format=gbrp,split[a][b];[1]format=gbrp,split[c][d];[b][d]blend=all_mode=difference[e];[a][c][e]hstack=3';
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', ours, '-i', truth, '-filter_complex', filter,
    join(options.pictures, `${name}-${Math.round(session)}.png`)]);
}

const similarity = (ours, theirs, without) => ssim(readLuma(readFileSync(ours)), readLuma(theirs), without);

async function compare(truth, recording) {
  const { rendered, images } = renderOurs(recording);
  const { size } = rendered.report.output;
  const events = readEvents(recording);
  await truth.open(events, size, SURROUND, new Map(images.map((url) => [url, STAND_IN])));
  const lead = events[0].timestamp - rendered.report.input.started_ms;
  // A jump stops short of the events at its own time; times of events are whole milliseconds.
  const timeOf = (session) => session - lead + 0.5;
  const jumpTo = async (place) => {
    const { session, picture } = rendered.at(place);
    const theirs = await truth.pictureAt(timeOf(session));
    const { value, share } = similarity(picture, theirs.picture, theirs.ours);
    return { session, picture, theirs, similarity: value, share };
  };
  const samples = [];
  for (const place of rendered.spread(Number(options.samples))) {
    const { theirs, picture, ...sample } = await jumpTo(place);
    sample.circumstances = circumstances(events, timeOf(sample.session), theirs.animations);
    if (sample.similarity < low) {
      sample.played = similarity(picture, await truth.playedPictureAt(timeOf(sample.session)), theirs.ours).value;
      const still = rendered.closest(place, (session) => isStill(events, timeOf(session)));
      if (still !== undefined) sample.still = await jumpTo(still);
      if (options.pictures) keepPictures(nameOf(recording), sample.session, picture, theirs.picture);
    }
    samples.push(sample);
  }
  return samples;
}

const seconds = (milliseconds) => (milliseconds / 1000).toFixed(1);
const percent = (share) => `${Math.floor(100 * share)}%`;
const digits = (value) => value?.toFixed(4) ?? '';

function rowOf(name, samples) {
  const all = samples.map((sample) => sample.similarity);
  const worst = samples[all.indexOf(Math.min(...all))];
  return [
    name, samples.length, percent(Math.min(...samples.map(({ share }) => share))), digits(median(all)),
    digits(worst.similarity), seconds(worst.session), all.filter((value) => value < low).length,
  ];
}

function lowRowsOf(name, samples) {
  return samples.filter((sample) => sample.similarity < low).map(({ session, similarity: jumped, played, still, circumstances: found }) => [
    name, seconds(session), digits(jumped), digits(played), digits(still?.similarity), still ? seconds(still.session) : '', found.join(', '),
  ]);
}

const isMobile = (recording) => inspect(options.program, recording).mobile_events > 0;

let truth;
try {
  truth = await Truth.launch(options.browser);
  const rows = [];
  const lowRows = [];
  for (const recording of chooseRecordings(positionals)) {
    const name = nameOf(recording);
    if (isMobile(recording)) {
      console.error(`SKIPPED: ${name} is of an app's screens, which rrweb's player cannot show`);
      continue;
    }
    console.error(name);
    const samples = await compare(truth, recording);
    rows.push(rowOf(name, samples));
    lowRows.push(...lowRowsOf(name, samples));
  }
  const text = [
    table(['recording', 'samples', 'compared', 'median', 'least', 'at s', `under ${low}`], rows),
    `## Samples under ${low}`, '',
    table(['recording', 'at s', 'jumped to', 'played', 'still', 'at s', 'under way'], lowRows),
  ].join('\n');
  console.log(text);
  if (options.output) writeFileSync(options.output, text);
} finally {
  await truth?.close();
  rmSync(folder, { recursive: true });
}
