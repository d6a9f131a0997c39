// What the program shows of a recording: a render at a low rate, of which some frames are looked at. Used by run.mjs.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FPS = 10;

/** Renders into `folder`, with the pictures of `assets`, a HAR file, where it is given. */
export function render(program, recording, folder, { surround, capture, assets }) {
  mkdirSync(folder, { recursive: true });
  const file = (name) => join(folder, name);
  const options = {
    '-o': file('video.mp4'), '--frames': file('frames'), '--frame-hashes': file('hashes.tsv'), '--report': file('report.json'),
    '--fps': FPS, '--background': surround, '--cursor': 'none', '--capture': capture, '--assets': assets,
    // An empty one, so that what other renders have fetched is not shown.
    '--asset-cache': file('cache'),
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const values = given.flatMap(([name, value]) => [name, String(value)]);
  const args = ['render', recording, '-q', '--force', '--offline', '--no-idle-mark', ...values];
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Rendered(folder);
}

class Rendered {
  constructor(folder) {
    this.folder = folder;
    this.report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    this.grid = readFileSync(join(folder, 'hashes.tsv'), 'utf8').trimEnd().split('\n').map((line) => {
      const [index, , session] = line.split('\t').map(Number);
      return { index, session };
    });
    this.pictures = JSON.parse(readFileSync(join(folder, 'frames/index.json'), 'utf8')).frames;
  }

  /** The addresses of images that nobody gave. */
  get missingImages() {
    return this.report.missing_assets.filter(({ kind }) => kind === 'img-src').map(({ url }) => url);
  }

  /** Places on the grid, evenly spread over the video, so over the time in which something happens. */
  spread(number) {
    const places = Array.from({ length: number }, (_, index) => Math.floor(((index + 0.5) * this.grid.length) / number));
    return [...new Set(places)];
  }

  /** The place closest to another whose session time, in milliseconds, passes. */
  closest(place, passes) {
    const places = this.grid.map((_, index) => index).toSorted((a, b) => Math.abs(a - place) - Math.abs(b - place));
    return places.find((index) => passes(this.grid[index].session));
  }

  /** What is shown there: `{ session, picture }`, in milliseconds of session time and as a file. */
  at(place) {
    const { index, session } = this.grid[place];
    const picture = this.pictures.findLast(({ frame }) => frame <= index);
    return { session, picture: join(this.folder, 'frames', picture.file) };
  }
}

/** A HAR file in which each address has the same picture. */
export function writeHar(file, addresses, { contentType, body }) {
  const entries = addresses.map((url) => ({
    request: { method: 'GET', url },
    response: { status: 200, headers: [], content: { mimeType: contentType, text: body.toString('base64'), encoding: 'base64' } },
  }));
  writeFileSync(file, JSON.stringify({ log: { version: '1.2', entries } }));
}
