// Scrolling on the replay's clock. rrweb records a position every 100 ms; between two positions of one gesture
// we interpolate, so that each recorded position is shown exactly at its own time. Called by player.ts.

import type { eventWithTime } from '@rrweb/types';
import { EventType, IncrementalSource } from '@rrweb/types';

/** Positions further apart than this belong to two gestures, and the page jumps as it did for the person. */
const GESTURE_GAP = 250;

interface Position {
  at: number;
  x: number;
  y: number;
}

interface Glide {
  id: number;
  from: Position;
  to: Position;
}

export class Scrolling {
  private readonly nextInGesture = new WeakMap<eventWithTime, Position>();
  private readonly last = new Map<number, eventWithTime>();
  private readonly glides = new Map<number, Glide>();
  /** Where the recording last put each document and element. */
  private readonly wanted = new Map<number, { x: number; y: number }>();

  constructor(private readonly nodeOf: (id: number) => Node | null) {}

  /** Notes an event of the recording; called for all of them, in order, before the replay. */
  note(event: eventWithTime, at: number): void {
    if (event.type === EventType.FullSnapshot) this.last.clear();
    const scroll = scrollOf(event);
    if (!scroll) return;
    const before = this.last.get(scroll.id);
    if (before && event.timestamp - before.timestamp <= GESTURE_GAP) {
      this.nextInGesture.set(before, { at, x: scroll.x, y: scroll.y });
    }
    this.last.set(scroll.id, event);
  }

  /** Follows an event that rrweb has just applied. */
  applied(event: eventWithTime, at: number): void {
    if (event.type === EventType.FullSnapshot) {
      this.glides.clear();
      this.wanted.clear();
      const { node, initialOffset } = event.data;
      this.wanted.set(node.id, { x: initialOffset.left, y: initialOffset.top });
    }
    const scroll = scrollOf(event);
    if (!scroll) return;
    this.wanted.set(scroll.id, { x: scroll.x, y: scroll.y });
    const to = this.nextInGesture.get(event);
    if (to && to.at > at) this.glides.set(scroll.id, { id: scroll.id, from: { at, x: scroll.x, y: scroll.y }, to });
    else this.glides.delete(scroll.id);
  }

  /** Puts every gliding element where it stands at `now`. Returns whether something moved. */
  move(now: number): boolean {
    for (const { id, from, to } of this.glides.values()) {
      const part = Math.min(1, (now - from.at) / (to.at - from.at));
      this.put(id, Math.round(from.x + (to.x - from.x) * part), Math.round(from.y + (to.y - from.y) * part));
    }
    return this.glides.size > 0;
  }

  /** Scrolls again to where the page was too short for, before all of it was loaded. */
  restore(): void {
    for (const [id, { x, y }] of this.wanted) if (!this.glides.has(id)) this.put(id, x, y);
  }

  private put(id: number, left: number, top: number): void {
    const node = this.nodeOf(id);
    if (!node) return;
    if (node.nodeType === Node.DOCUMENT_NODE) (node as Document).defaultView?.scrollTo(left, top);
    else (node as Element).scrollTo(left, top);
  }

  get active(): boolean {
    return this.glides.size > 0;
  }
}

function scrollOf(event: eventWithTime) {
  return event.type === EventType.IncrementalSnapshot && event.data.source === IncrementalSource.Scroll
    ? event.data
    : null;
}
