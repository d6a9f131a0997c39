// An ordinary Chromium, driven by the Puppeteer that player-assets has. Used by what looks at pages beside the program.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './recordings.mjs';

const { default: puppeteer } = createRequire(join(ROOT, 'player-assets/package.json'))('puppeteer-core');

/** Starts the browser at `executablePath`; `args` and the rest are options of Puppeteer's `launch`. */
export function launchChromium(executablePath, { args = [], ...options } = {}) {
  // Chromium refuses its sandbox to root.
  const sandbox = process.getuid() === 0 ? ['--no-sandbox'] : [];
  return puppeteer.launch({ executablePath, args: [...sandbox, ...args], ...options });
}
