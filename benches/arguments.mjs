// The arguments of a script. Used by all that `make` runs from here and from scripts/.

import { parseArgs } from 'node:util';

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
