// A kind of content that the browser cannot show by itself, or only on its own clock. Each has a file of its own;
// contents.ts calls them.

import type { attributes, eventWithTime } from '@rrweb/types';

/** An element of the replay. */
export interface Followed {
  element: Element;
  /** rrweb's. */
  id: number;
  /** With which it was built; later changes are in the element only. */
  recorded: attributes;
  /** Replay time. */
  now: number;
}

/** Times are replay times in milliseconds. */
export interface Content {
  /** Notes an event of the recording: called for all of them, in order, before the replay. */
  note?(event: eventWithTime): void;
  /** Some element, of any kind, was built, or its attributes changed. */
  follow?(followed: Followed): void;
  /** All that is due at a moment has been done: what starts at that moment starts now. */
  begin?(now: number): void;
  /** rrweb has applied an event; `follow` was called for its elements. */
  applied?(event: eventWithTime): void;
  /** Brings what is shown to `now`. Resolves to whether something that can be seen changed. */
  show?(now: number): Promise<boolean> | boolean;
  /** What has to be waited for before a frame can be drawn, and cannot be seen otherwise. */
  underWay?(): object[];
  /** The page has all that it loads: what can be told only now. */
  loaded?(): void;
  /** When it next changes by itself; Infinity if it does not. */
  nextChange?(now: number): number;
}

/** Elements that the recorder left out for privacy: only their size is known. */
export function isBlocked({ recorded }: Followed): boolean {
  return 'rr_width' in recorded && 'rr_height' in recorded;
}

/** With which an element was built. Some recorders leave them out where there are none. */
export function attributesOf(meta: { attributes?: attributes }): attributes {
  return meta.attributes ?? {};
}
