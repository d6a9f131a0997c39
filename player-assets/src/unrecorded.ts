// Labels elements whose content no recording has: pages of other sites in iframes, plug-ins, and what the recorder left
// out for privacy. Called by contents.ts.

import type { eventWithTime } from '@rrweb/types';
import { EventType, IncrementalSource, NodeType } from '@rrweb/types';
import type { Content, Followed } from './content';
import { isBlocked } from './content';
import { emptyPicture, pictureInPlace } from './inline_style';
import type { Labels } from './labels';
import { hostOf, pixels } from './labels';

/** The size of embedded content that says nothing about it, by the HTML standard. */
const DEFAULT_WIDTH = 300;
const DEFAULT_HEIGHT = 150;

/** Elements that have a size only as long as they show something. */
const SIZED_BY_CONTENT = new Set(['canvas', 'object', 'embed', 'img', 'video', 'audio']);

export class Unrecorded implements Content {
  /** Iframes whose document is recorded at any time, one set for each full snapshot: ids may begin anew with it. */
  private readonly filled: Set<number>[] = [new Set()];
  private snapshot = 0;

  constructor(private readonly labels: Labels) {}

  note(event: eventWithTime): void {
    if (event.type === EventType.FullSnapshot) this.filled.push(new Set());
    if (event.type !== EventType.IncrementalSnapshot || event.data.source !== IncrementalSource.Mutation) return;
    for (const { parentId, node } of event.data.adds) {
      if (node.type === NodeType.Document) this.filled.at(-1)?.add(parentId);
    }
  }

  applied(event: eventWithTime): void {
    if (event.type === EventType.FullSnapshot) this.snapshot += 1;
  }

  follow(followed: Followed): void {
    if (isBlocked(followed)) {
      this.hide(followed);
      return;
    }
    switch (followed.element.localName) {
      case 'iframe':
      case 'frame':
        this.frame(followed);
        break;
      case 'object':
      case 'embed':
        this.embedded(followed);
    }
  }

  private hide({ element, recorded }: Followed): void {
    const sized = SIZED_BY_CONTENT.has(element.localName);
    const empty = emptyPicture(pixels(recorded.rr_width) ?? 0, pixels(recorded.rr_height) ?? 0);
    this.labels.put(element, { title: 'Hidden for privacy', short: 'Hidden' }, {
      // rrweb's own box is of the text's colour.
      'background-color': 'transparent',
      ...(sized ? pictureInPlace(empty) : {}),
    });
  }

  private frame({ element, id, recorded }: Followed): void {
    const address = element.getAttribute('rr_src') ?? recorded.rr_src;
    if (typeof address !== 'string' || this.isFilled(id)) return;
    // Else the browser paints its empty document white, when the page is dark.
    const own = { 'color-scheme': 'only light' };
    this.labels.put(element, { title: 'Embedded page: not recorded', short: 'Embed', detail: hostOf(address) }, own);
  }

  private isFilled(id: number): boolean {
    // The first snapshot is built before its event.
    return this.filled[Math.max(1, this.snapshot)]?.has(id) ?? false;
  }

  private embedded({ element }: Followed): void {
    const address = element.getAttribute('rr_data') ?? element.getAttribute('rr_src');
    if (address === null) return;
    // An embed without any source has no box at all.
    if (element.localName === 'embed' && !element.hasAttribute('type')) element.setAttribute('type', 'unknown');
    const width = pixels(element.getAttribute('width')) ?? DEFAULT_WIDTH;
    const height = pixels(element.getAttribute('height')) ?? DEFAULT_HEIGHT;
    const label = { title: 'Embedded object: not recorded', short: 'Embed', detail: hostOf(address) };
    this.labels.put(element, label, pictureInPlace(emptyPicture(width, height)));
  }
}
