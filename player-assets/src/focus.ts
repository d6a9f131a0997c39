// What has the focus, and whether it looks so (`:focus-visible`). Recordings tell the focus, not what gave it. Called by
// player.ts.

import type { eventWithTime } from '@rrweb/types';
import { EventType, IncrementalSource, MouseInteractions } from '@rrweb/types';

/** What gets the focus so long after the pointer was pressed or let go got it by that, in milliseconds. */
const AFTER_POINTER = 500;

/** Inputs into which nothing is written. */
const NO_TEXT = /^(?:button|checkbox|color|file|image|radio|range|reset|submit)$/;

/** Missing in TypeScript's library. */
interface VisibleFocusOptions extends FocusOptions {
  focusVisible: boolean;
}

export class Focus {
  /** The events by which the pointer gave the focus. */
  private readonly byPointer = new WeakSet<eventWithTime>();
  /** Of the events that are noted. */
  private pointerAt = -Infinity;
  private last: { id: number; byPointer: boolean } | null = null;

  /** Notes an event of the recording: call for all of them, in order, before the replay. */
  note(event: eventWithTime): void {
    if (event.type === EventType.FullSnapshot) this.last = null;
    if (event.type !== EventType.IncrementalSnapshot || event.data.source !== IncrementalSource.MouseInteraction) return;
    const { type, id } = event.data;
    if (type === MouseInteractions.Focus) {
      // A window that gets the focus again gives it to what had it before.
      const again = this.last?.id === id ? this.last : null;
      const byPointer = again?.byPointer ?? event.timestamp - this.pointerAt <= AFTER_POINTER;
      if (byPointer) this.byPointer.add(event);
      this.last = { id, byPointer };
    } else if (type !== MouseInteractions.Blur) {
      this.pointerAt = event.timestamp;
    }
  }

  /** Follows an event that rrweb has just applied, which leaves out the focus. */
  applied(event: eventWithTime, nodeOf: (id: number) => Node | null): void {
    if (event.type !== EventType.IncrementalSnapshot || event.data.source !== IncrementalSource.MouseInteraction) return;
    if (event.data.type !== MouseInteractions.Focus) return;
    const node = nodeOf(event.data.id);
    if (!node || !('focus' in node)) return;
    const element = node as HTMLElement;
    const focusVisible = !this.byPointer.has(event) || takesText(element);
    const options: VisibleFocusOptions = { preventScroll: true, focusVisible };
    element.focus(options);
  }
}

function takesText(element: HTMLElement): boolean {
  if (element.localName === 'input') return !NO_TEXT.test((element as HTMLInputElement).type);
  return element.localName === 'textarea' || element.isContentEditable;
}
