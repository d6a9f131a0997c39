// What need not be played before a frame: a full snapshot builds its document from nothing, so what was done to documents
// before it is lost, but for what is listed here. Where that is not certain, all is played. Called by player.ts.

import type { eventWithTime, incrementalData } from '@rrweb/types';
import { EventType, IncrementalSource, MouseInteractions } from '@rrweb/types';
import { Lasting, nodesIn } from './lasting';

/** For so long is drawn what the pointer did (`MAX_AGE_MS` in src/frame/pointer.rs), in milliseconds. */
const POINTER_MEMORY = 5000;

/** rrweb goes on so long with asking for adopted sheets that are not there, in milliseconds. */
const ADOPTION = 5000;

/** From one full snapshot to the next: times, and indices of events. */
interface Chapter {
  from: number;
  to: number;
  begin: number;
  end: number;
  /** Whether it begins with a full snapshot, or amid what that built. */
  isWhole: boolean;
}

/** Where an event puts the pointer, or may. */
interface Place {
  at: number;
  /** Of a node over which the mouse moves; null for what else the pointer does. */
  id: number | null;
}

/** All times are epoch times. */
export class Skipping {
  private readonly skipped = new WeakSet<eventWithTime>();
  /** Indices of full snapshots but the first, which is built before its time. */
  private readonly snapshots: number[];
  /** How many of them are over. */
  private over = 0;
  private decidedUntil = -Infinity;
  /** The index of the first event of which something stays, once it was looked for. */
  private firstLasting: number | null = null;
  private places: Place[] | null = null;

  /** Events in order. */
  constructor(private readonly events: readonly eventWithTime[]) {
    this.snapshots = events.flatMap(({ type }, index) => (type === EventType.FullSnapshot ? [index] : [])).slice(1);
  }

  /** Whether an event is not to be played. */
  has(event: eventWithTime): boolean {
    return this.skipped.has(event);
  }

  /** Decides what is skipped of the events after `now` up to `until`. No frame is drawn in between. */
  decide(now: number, until: number): void {
    if (until <= this.decidedUntil) return;
    this.decidedUntil = until;
    while (this.timeOf(this.snapshots[this.over]) <= now) this.over += 1;
    // With one alone not much would be won.
    if (this.timeOf(this.snapshots[this.over + 1]) > until) return;
    const ahead = this.snapshots.slice(this.over).filter((index) => this.timeOf(index) <= until);
    const last = ahead.at(-1);
    if (last === undefined || !this.buildsFromNothing(last)) return;
    const first = this.events.findIndex(({ timestamp }) => timestamp > now);
    const chapters = ahead.map((end, place): Chapter => {
      const before = ahead[place - 1];
      const from = before === undefined ? now : this.timeOf(before);
      return { from, to: this.timeOf(end), begin: before ?? first, end, isWhole: before !== undefined };
    });
    const played = this.playedForPointer(chapters, last);
    for (const chapter of chapters) if (!played.has(chapter)) this.skip(chapter, [...played]);
  }

  private timeOf(index: number | undefined): number {
    return index === undefined ? Infinity : this.events[index]?.timestamp ?? Infinity;
  }

  /** Whether nothing that was done before this full snapshot can be seen after it. */
  private buildsFromNothing(snapshot: number): boolean {
    this.firstLasting ??= this.findLasting();
    if (this.firstLasting < snapshot) return false;
    const event = this.events[snapshot];
    if (event?.type !== EventType.FullSnapshot) return false;
    // Without one, rrweb leaves the window scrolled as it was.
    const offset = event.data.initialOffset as Partial<typeof event.data.initialOffset> | undefined;
    if (!Number.isFinite(offset?.left) || !Number.isFinite(offset?.top)) return false;
    for (let index = snapshot - 1; index >= 0 && this.timeOf(index) >= event.timestamp - ADOPTION; index -= 1) {
      if (dataOf(this.events[index])?.source === IncrementalSource.AdoptedStyleSheet) return false;
    }
    return true;
  }

  private findLasting(): number {
    const lasting = new Lasting();
    const found = this.events.findIndex((event) => {
      try {
        return lasting.isLeftBy(event);
      } catch {
        return true;
      }
    });
    return found < 0 ? Infinity : found;
  }

  /**
   * The chapters in which the pointer does something, back to a place that the mouse certainly had so long before the
   * last snapshot that nothing earlier can be seen. All of them where there are fingers, too.
   */
  private playedForPointer(chapters: readonly Chapter[], last: number): Set<Chapter> {
    // Positions are sent after they were.
    this.places ??= this.events.flatMap(placesOf);
    const touched = this.events.slice(0, last).some((event) => isTouch(dataOf(event)));
    const before = this.timeOf(last) - POINTER_MEMORY;
    const played = new Set<Chapter>();
    for (const chapter of [...chapters].reverse()) {
      const within = this.places.filter(({ at }) => at >= chapter.from && at <= chapter.to);
      if (within.length === 0) continue;
      played.add(chapter);
      const early = within.filter(({ at }) => at > chapter.from && at < chapter.to && at <= before);
      if (!touched && chapter.isWhole && this.isCertain(chapter, early)) break;
    }
    return played;
  }

  /** Whether an element at one of these places is surely there all through the chapter. */
  private isCertain({ begin, end }: Chapter, places: readonly Place[]): boolean {
    const snapshot = this.events[begin];
    if (snapshot?.type !== EventType.FullSnapshot) return false;
    const parents = new Map<number, number | null>();
    for (const { node, parent } of nodesIn(snapshot.data.node)) parents.set(node.id, parent?.id ?? null);
    const changed = new Set<number>();
    for (const event of this.events.slice(begin, end)) {
      const data = dataOf(event);
      if (data?.source !== IncrementalSource.Mutation) continue;
      for (const { id } of data.removes) changed.add(id);
      for (const { node } of data.adds) changed.add(node.id);
    }
    return places.some(({ id }) => {
      if (id === null || !parents.has(id)) return false;
      for (let at: number | null = id; at !== null; at = parents.get(at) ?? null) if (changed.has(at)) return false;
      return true;
    });
  }

  private skip({ begin, end, from, to, isWhole }: Chapter, played: readonly Chapter[]): void {
    const elsewhere = ({ at }: Place): boolean => at <= from && !isWhole || at >= to
      || played.some((chapter) => at >= chapter.from && at <= chapter.to);
    for (const event of this.events.slice(begin, end)) {
      // The window's size stays, and the page's address.
      if (event.type === EventType.Meta || dataOf(event)?.source === IncrementalSource.ViewportResize) continue;
      if (event.type === EventType.FullSnapshot && !isWhole) continue;
      if (!placesOf(event).some(elsewhere)) this.skipped.add(event);
    }
  }
}

function dataOf(event: eventWithTime | undefined): incrementalData | null {
  return event?.type === EventType.IncrementalSnapshot ? event.data : null;
}

function isTouch(data: incrementalData | null): boolean {
  if (data?.source === IncrementalSource.TouchMove) return true;
  return data?.source === IncrementalSource.MouseInteraction
    && [MouseInteractions.TouchStart, MouseInteractions.TouchEnd, MouseInteractions.TouchCancel].includes(data.type);
}

function placesOf(event: eventWithTime): Place[] {
  const data = dataOf(event);
  switch (data?.source) {
    case IncrementalSource.MouseMove:
    case IncrementalSource.TouchMove:
    case IncrementalSource.Drag:
      return data.positions.map(({ timeOffset, id, x, y }) => ({
        at: event.timestamp + timeOffset,
        id: data.source === IncrementalSource.MouseMove && Number.isFinite(x) && Number.isFinite(y) ? id : null,
      }));
    case IncrementalSource.MouseInteraction:
      return [{ at: event.timestamp, id: null }];
    default:
      return [];
  }
}
