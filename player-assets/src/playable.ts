// Events as rrweb's replayer takes them for granted. player.ts makes them so before the replay.

import type { eventWithTime, mousePosition, mutationData } from '@rrweb/types';
import { EventType, IncrementalSource } from '@rrweb/types';

const MUTATION_LISTS = ['adds', 'removes', 'texts', 'attributes'] as const;

/** Changes the events and keeps them in order, from the first time to the last. Gives the first time. */
export function playable(events: eventWithTime[]): number {
  const [first] = events;
  const last = events.at(-1);
  if (!first || !last) throw new Error('the recording has no events');
  const end = last.timestamp;
  let moved = false;
  for (const event of events) {
    if (event.type !== EventType.IncrementalSnapshot) continue;
    switch (event.data.source) {
      case IncrementalSource.Mutation:
        completeLists(event.data);
        break;
      case IncrementalSource.MouseMove:
        event.data.positions = usablePositions(event.data.positions);
        break;
      case IncrementalSource.TouchMove:
      case IncrementalSource.Drag:
        event.data.positions = usablePositions(event.data.positions);
        if (dateBack(event, event.data.positions, first.timestamp)) moved = true;
        break;
      default:
    }
  }
  if (moved) events.sort((a, b) => a.timestamp - b.timestamp);
  // rrweb wants two events, and forgets soon after the last what is still to be done; this one draws nothing.
  if (events.length === 1 || events.at(-1)?.timestamp !== end) {
    events.push({ type: EventType.Custom, data: { tag: '', payload: {} }, timestamp: end });
  }
  return first.timestamp;
}

/** Some recorders leave lists out in which there is nothing. */
function completeLists(data: mutationData): void {
  for (const list of MUTATION_LISTS) if (!Array.isArray(data[list])) data[list] = [];
}

/** A position without a time counts at the time of its event. */
function usablePositions(recorded: unknown): mousePosition[] {
  const positions = (Array.isArray(recorded) ? recorded : []) as (mousePosition | null)[];
  return positions
    .filter((position) => position !== null && typeof position === 'object')
    .map((position) => ({ ...position, timeOffset: Number.isFinite(position.timeOffset) ? position.timeOffset : 0 }));
}

/**
 * Recorders send the positions of half a second together. rrweb plays the mouse's from the first one's time on, but
 * those of fingers and of what is dragged not before the event's own, when all are over. Returns whether the event moved.
 */
function dateBack(event: eventWithTime, positions: mousePosition[], earliest: number): boolean {
  const sent = event.timestamp;
  const offset = positions[0]?.timeOffset ?? 0;
  const begun = Math.max(earliest, sent + offset);
  if (begun >= sent) return false;
  event.timestamp = begun;
  for (const position of positions) position.timeOffset = Math.max(0, sent + position.timeOffset - begun);
  return true;
}
