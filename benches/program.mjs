// Runs replaycast, and anything else, under `measure`. Used by all that measures.

import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './recordings.mjs';

const execute = promisify(execFile);
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Runs a command for at most `patience` seconds and says what it cost; fails with the end of what it wrote to standard
 * error. */
export async function measure(folder, command, patience = 0) {
  const file = join(folder, 'cost.json');
  try {
    const { stdout } = await execute(join(ROOT, 'benches/measure'), [file, ...command], {
      maxBuffer: 1 << 26,
      timeout: patience * 1000,
    });
    return { ...readJson(file), stdout };
  } catch (error) {
    const said = error.killed
      ? `not done after ${patience} s`
      : String(error.stderr || error).trim().split('\n').slice(-3).join(' ');
    throw new Error(`${command.slice(0, 3).join(' ')}: ${said}`, { cause: error });
  }
}

/** What `inspect --json` says of a recording. */
export function inspect(program, recording) {
  return JSON.parse(execFileSync(program, ['inspect', '--json', recording], { encoding: 'utf8', maxBuffer: 1 << 28 }));
}

export class Replaycast {
  constructor(program, folder) {
    this.program = program;
    this.folder = folder;
    // The shorter help leaves options out.
    this.help = execFileSync(program, ['render', '--help-all'], { encoding: 'utf8' });
  }

  /** Whether `render` has an option. */
  has(option) {
    return new RegExp(`^\\s+(-\\w, )?${option}\\b`, 'm').test(this.help);
  }

  durationOf(recording) {
    return inspect(this.program, recording).duration_s;
  }

  /** Renders with these options: `{ method, jobs, fps, size, end, hashes, output, more }`, where `hashes` and `output` are
   * files for them, and `more` has options by their names; `true` stands for those that take no value. */
  async render(recording, { method, jobs, fps, size, end, hashes, output = join(this.folder, 'video.mp4'), more }) {
    const report = join(this.folder, 'report.json');
    const options = {
      '--capture': method, '--jobs': jobs, '--fps': fps, '--size': size, '--end': end, '--frame-hashes': hashes, ...more,
    };
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    const cost = await measure(this.folder, [
      this.program, 'render', recording, '-o', output, '--force', '-q', '--idle', 'keep',
      // What other hosts give is not what is measured or compared.
      ...(this.has('--offline') ? ['--offline'] : []), '--report', report,
      ...given.flatMap(([name, value]) => (value === true ? [name] : [name, String(value)])),
    ]);
    return { ...cost, report: readJson(report) };
  }
}

/** The middle of the numbers; the upper of two. */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

/** Rows of text as a table in Markdown: the first column left, numbers right. */
export function table(heads, rows) {
  const lines = [heads, heads.map((_, index) => (index === 0 ? ':--' : '--:')), ...rows];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => String(line[column]).length)));
  const cell = (text, column) => (column === 0 ? String(text).padEnd(widths[0]) : String(text).padStart(widths[column]));
  return `${lines.map((line) => `| ${line.map(cell).join(' | ')} |`).join('\n')}\n`;
}
