// The arguments of a script. Used by all that `make` runs from here and from scripts/.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './recordings.mjs';

/** The option `--program`: the replaycast that is run. */
export const PROGRAM = { type: 'string', default: join(ROOT, 'target/release/replaycast') };

/** The option `--browser`: an ordinary Chromium. */
export const BROWSER = { type: 'string', default: '/usr/lib/chromium/chromium' };

/** The options, as `parseArgs` takes them, and the other arguments. `--help` prints the help and ends the script. */
export function readArguments(help, options) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    allowNegative: true,
    options: { ...options, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    console.log(help);
    process.exit(0);
  }
  return { options: values, positionals };
}
