// What has the focus, and whether it looks so (`:focus-visible`). Recordings tell the focus, not what gave it. Called by
// player.ts.

import type { eventWithTime } from '@rrweb/types';
import { EventType, IncrementalSource, MouseInteractions } from '@rrweb/types';

/** What gets the focus so long after the pointer was pressed or let go got it by that, in milliseconds. */
const AFTER_POINTER = 500;

/** Inputs into which nothing is written. */
const NO_TEXT = /^(?:button|checkbox|color|file|image|radio|range|reset|submit)$/;

interface FocusGiven {
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
  /** Of the events that are played. */
  private current: FocusGiven | null = null;

  /** Notes an event of the recording: call for all of them, in order, before the replay. */
  note(event: eventWithTime): void {
    if (event.type === EventType.FullSnapshot) this.last = null;
    if (event.type !== EventType.IncrementalSnapshot || event.data.source !== IncrementalSource.MouseInteraction) return;
    const { type, id } = event.data;
    const afterPointer = event.timestamp - this.pointerAt <= AFTER_POINTER;
    if (type === MouseInteractions.Focus) {
      // A window that gets the focus again gives it to what had it before.
      const byPointer = afterPointer || (this.last?.id === id && this.last.byPointer);
      if (byPointer) this.byPointer.add(event);
      this.last = { id, byPointer };
    } else if (type !== MouseInteractions.Blur) {
      this.pointerAt = event.timestamp;
    } else if (afterPointer) {
      this.last = null;
    }
  }

  /** Follows an event that rrweb has just applied, which leaves out the focus. */
  applied(event: eventWithTime, nodeOf: (id: number) => Node | null): void {
    if (event.type === EventType.FullSnapshot) this.current = null;
    if (event.type !== EventType.IncrementalSnapshot) return;
    const { data } = event;
    if (data.source === IncrementalSource.MouseInteraction) {
      if (data.type === MouseInteractions.Focus) this.current = { id: data.id, byPointer: this.byPointer.has(event) };
      else if (data.type === MouseInteractions.Blur) this.current = null;
      else return;
    } else if (data.source !== IncrementalSource.Mutation) return;
    // What opens a dialog is recorded after the focus that it gives, and gives it again.
    const node = this.current && nodeOf(this.current.id);
    if (this.current && node && 'focus' in node) give(node as HTMLElement, this.current.byPointer);
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
