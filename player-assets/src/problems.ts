// What the replay could not show, collected for the report: assets that were blocked, and rrweb's warnings.

import type { MissingAsset, Problems } from './contract';

const MOST_WARNINGS = 50;

export class ProblemList {
  private readonly missing = new Map<string, MissingAsset>();
  private readonly warnings = new Map<string, number>();

  readonly blocked = (event: SecurityPolicyViolationEvent): void => {
    const url = event.blockedURI.replace(/[?#].*$/s, '');
    if (url === '') return;
    this.missing.set(`${event.effectiveDirective} ${url}`, { url, kind: event.effectiveDirective });
  };

  readonly warn = (...words: unknown[]): void => {
    const message = words
      .filter((word) => typeof word === 'string' || word instanceof Error)
      .map((word) => String(word))
      .join(' ')
      .slice(0, 200);
    if (this.warnings.size < MOST_WARNINGS || this.warnings.has(message)) {
      this.warnings.set(message, (this.warnings.get(message) ?? 0) + 1);
    }
  };

  list(): Pick<Problems, 'missing' | 'warnings'> {
    return {
      missing: [...this.missing.values()],
      warnings: [...this.warnings].map(([message, count]) => ({ message, count })),
    };
  }
}
