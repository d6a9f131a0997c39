// What has the focus, and whether it looks so (`:focus-visible`). Recordings tell the focus, not what gave it. Called by
// player.ts.

import type { eventWithTime } from '@rrweb/types';
import { EventType, IncrementalSource, MouseInteractions } from '@rrweb/types';

/** What gets the focus so long after the pointer was pressed or let go got it by that, in milliseconds. */
const AFTER_POINTER = 500;

/** Inputs into which nothing is written. */
const NO_TEXT = /^(?:button|checkbox|color|file|image|radio|range|reset|submit)$/;

/** rrweb's id of what it does not know. */
const UNKNOWN = -1;

interface FocusGiven {
  /** rrweb's. */
  id: number;
  byPointer: boolean;
}

/** Missing in TypeScript's library. */
interface VisibleFocusOptions extends FocusOptions {
  focusVisible: boolean;
}

export class Focus {
  /** The events by which the pointer gave the focus. */
  private readonly byPointer = new WeakSet<eventWithTime>();
  /** Of the events that are noted. */
  private pointerAt = -Infinity;
  private last: FocusGiven | null = null;
  /** What has the focus, by rrweb's ids. */
  private holder = UNKNOWN;
  /** The last events of which it is not known yet whether and to what they gave the focus. */
  private open: eventWithTime[] = [];
  /** To what such gave it, by rrweb's ids. */
  private readonly found = new WeakMap<eventWithTime, number>();
  /** Of the events that are played. */
  private current: FocusGiven | null = null;

  /** Notes an event of the recording: call for all of them, in order, before the replay. */
  note(event: eventWithTime): void {
    // It does not tell what has the focus, nor whether the page is another.
    if (event.type === EventType.FullSnapshot) this.noteOpen(event, this.last?.byPointer ?? false);
    if (event.type !== EventType.IncrementalSnapshot) return;
    const { data } = event;
    if (data.source === IncrementalSource.Input && data.id === this.holder) this.find(data.id);
    if (data.source !== IncrementalSource.MouseInteraction) return;
    const { type, id } = data;
    const afterPointer = event.timestamp - this.pointerAt <= AFTER_POINTER;
    if (type === MouseInteractions.Focus) {
      // A window that gets the focus again gives it to what had it before.
      const byPointer = afterPointer || (this.last?.id === id && this.last.byPointer);
      this.last = { id, byPointer };
      this.holder = id;
      this.open = [];
      this.noteOpen(event, byPointer);
      if (id !== UNKNOWN) this.find(id);
    } else if (type !== MouseInteractions.Blur) {
      this.pointerAt = event.timestamp;
    } else {
      this.find(id);
      this.holder = UNKNOWN;
      if (afterPointer) this.last = null;
    }
  }

  /** What a page has just built and given the focus, such as a field of a dialog, is recorded only then. */
  private noteOpen(event: eventWithTime, byPointer: boolean): void {
    if (byPointer) this.byPointer.add(event);
    this.open.push(event);
  }

  /** What loses the focus had it since it was given last; what had it already had it all the time. */
  private find(id: number): void {
    const since = id === this.holder ? this.open : this.open.slice(-1);
    for (const event of since) this.found.set(event, id);
    if (this.last?.id === UNKNOWN) this.last.id = id;
    this.open = [];
  }

  /** Follows an event that rrweb has just applied, which leaves out the focus. */
  applied(event: eventWithTime, nodeOf: (id: number) => Node | null): void {
    const isSnapshot = event.type === EventType.FullSnapshot;
    if (!isSnapshot && event.type !== EventType.IncrementalSnapshot) return;
    if (isSnapshot) {
      this.current = this.givenBy(event);
    } else if (event.data.source === IncrementalSource.MouseInteraction) {
      if (event.data.type === MouseInteractions.Focus) this.current = this.givenBy(event);
      else if (event.data.type === MouseInteractions.Blur) this.current = null;
      else return;
    } else if (event.data.source !== IncrementalSource.Mutation) return;
    // What opens a dialog is recorded after the focus that it gives, and gives it again.
    const node = this.current && nodeOf(this.current.id);
    if (this.current && node && 'focus' in node) give(node as HTMLElement, this.current.byPointer);
  }

  private givenBy(event: eventWithTime): FocusGiven {
    return { id: this.found.get(event) ?? UNKNOWN, byPointer: this.byPointer.has(event) };
  }
}

function give(element: HTMLElement, byPointer: boolean): void {
  const focusVisible = !byPointer || takesText(element);
  if (element.matches(':focus')) {
    if (element.matches(':focus-visible') === focusVisible) return;
    element.blur();
  }
  const options: VisibleFocusOptions = { preventScroll: true, focusVisible };
  element.focus(options);
}

function takesText(element: HTMLElement): boolean {
  if (element.localName === 'input') return !NO_TEXT.test((element as HTMLInputElement).type);
  return element.localName === 'textarea' || element.isContentEditable;
}
