// The font families that the replayed documents ask for and that are neither in the recording nor on this machine.
// player.ts has it look after each full snapshot and at the end.

import type { Roots } from './roots';

/** Keywords, and names that stand for one: whatever the machine has is right. */
const GENERIC = new Set([
  'serif', 'sans-serif', 'monospace', 'cursive', 'fantasy', 'math', 'emoji', 'fangsong', 'system-ui', 'ui-serif',
  'ui-sans-serif', 'ui-monospace', 'ui-rounded', '-apple-system', 'blinkmacsystemfont', '-webkit-body',
]);

/** An installed family has another width than at least one of these. */
const FALLBACKS = ['monospace', 'serif'];
const PROBE = 'mmmmmmmmmmlli WQ 0123';

const MOST_FAMILIES = 50;
const LONGEST_NAME = 100;

export class Fonts {
  private readonly absent = new Set<string>();
  private readonly known = new Map<string, boolean>();
  private readonly context = new OffscreenCanvas(1, 1).getContext('2d');

  constructor(private readonly roots: Roots) {}

  look(): void {
    for (const root of this.roots.all()) {
      const page = 'defaultView' in root ? root : root.ownerDocument;
      if (page !== document) this.lookIn(root, page);
    }
  }

  missing(): string[] {
    return [...this.absent];
  }

  private lookIn(root: Node, page: Document): void {
    const view = page.defaultView;
    if (!view) return;
    const lists = new Set<string>();
    const texts = page.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const element = text.parentElement;
      if (!element || !/\S/.test(text.nodeValue ?? '') || !element.checkVisibility()) continue;
      lists.add(view.getComputedStyle(element).fontFamily);
    }
    for (const list of lists) {
      const family = firstFamily(list);
      if (GENERIC.has(family.toLowerCase()) || isInRecording(family, page) || this.isInstalled(family)) continue;
      if (this.absent.size < MOST_FAMILIES) this.absent.add(family.slice(0, LONGEST_NAME));
    }
  }

  private isInstalled(family: string): boolean {
    let installed = this.known.get(family);
    if (installed === undefined) {
      const quoted = `"${family.replace(/["\\]/g, '\\$&')}"`;
      installed = FALLBACKS.some((fallback) => this.width(`${quoted}, ${fallback}`) !== this.width(fallback));
      this.known.set(family, installed);
    }
    return installed;
  }

  private width(families: string): number {
    if (!this.context) return 0;
    this.context.font = `72px ${families}`;
    return this.context.measureText(PROBE).width;
  }
}

/** Of a computed list, in which names that are no identifiers are in double quotes. */
function firstFamily(list: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"/s.exec(list)?.[1];
  return quoted?.replace(/\\(.)/gs, '$1') ?? list.split(',', 1)[0]?.trim() ?? '';
}

function isInRecording(family: string, page: Document): boolean {
  for (const face of page.fonts) {
    const name = face.family.replace(/^["']|["']$/g, '');
    if (name.toLowerCase() === family.toLowerCase() && face.status !== 'error') return true;
  }
  return false;
}
