// Scrolling on the replay's clock. rrweb records a position every 100 ms; between two positions of one gesture
// we interpolate, so that each recorded position is shown exactly at its own time. Called by player.ts.

import type { ReplayPlugin } from 'rrweb';
import type { eventWithTime, fullSnapshotEvent, IMirror } from '@rrweb/types';
import { EventType, IncrementalSource, NodeType } from '@rrweb/types';
import { attributesOf } from './content';

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
  /** Those that have been built, and not been put there. */
  private readonly fresh = new Set<number>();
  private mirror: IMirror<Node> | null = null;

  constructor(private readonly warn: (...words: unknown[]) => void) {}

  readonly plugin: ReplayPlugin = {
    getMirror: ({ nodeMirror }) => { this.mirror = nodeMirror; },
    onBuild: (node, { id }) => { this.built(node as Node, id); },
  };

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

  /** Begins anew: call before rrweb builds a full snapshot, which it does with the first one earlier than at its time. */
  begin({ data }: fullSnapshotEvent): void {
    this.glides.clear();
    this.wanted.clear();
    this.fresh.clear();
    // Some recorders leave it out.
    const { left = 0, top = 0 } = (data.initialOffset as Partial<typeof data.initialOffset> | undefined) ?? {};
    this.wanted.set(data.node.id, { x: left, y: top });
  }

  /** Follows an event that rrweb has just applied. */
  applied(event: eventWithTime, at: number): void {
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

  /** Scrolls what has been built since the last call to where it was. rrweb leaves out nested documents. */
  placeFresh(): void {
    for (const id of this.fresh) {
      const place = this.wanted.get(id);
      if (place) this.put(id, place.x, place.y);
    }
    this.fresh.clear();
  }

  private built(node: Node, id: number): void {
    const meta = this.mirror?.getMeta(node);
    if (meta?.type !== NodeType.Element) return;
    const { rr_scrollLeft: x, rr_scrollTop: y } = attributesOf(meta);
    if (x === undefined && y === undefined) return;
    this.wanted.set(id, { x: Number(x ?? 0), y: Number(y ?? 0) });
    this.fresh.add(id);
  }

  private put(id: number, left: number, top: number): void {
    const node = this.mirror?.getNode(id);
    if (!node) return;
    const scroller = node.nodeType === Node.DOCUMENT_NODE ? (node as Document).defaultView : (node as Element);
    try {
      scroller?.scrollTo(left, top);
    } catch (error) {
      this.warn('something could not be scrolled:', error);
    }
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
