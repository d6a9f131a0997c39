// What a recording does at a moment that a player which jumps there shows otherwise than one that plays. Used by run.mjs.

const INCREMENTAL = 3;
const MOVES = new Set([1, 6, 12]);
const SCROLL = 3;
/** Positions further apart belong to two gestures; in milliseconds, as in player-assets/src/scrolling.ts. */
const GESTURE_GAP = 250;
/** How long what an event begins goes on, most times; in milliseconds. */
const CALM = 500;

/** Names what is under way this many milliseconds after the first event, of gestures and of the page's animations. */
export function circumstances(events, time, { ended, endless }) {
  const moment = events[0].timestamp + time;
  return [
    isScrolling(events, moment) ? 'scrolling' : '',
    isMoving(events, moment) ? 'pointer' : '',
    ended > 0 ? 'animation' : '',
    endless > 0 ? 'endless animation' : '',
  ].filter(Boolean);
}

/** Whether nothing is under way that an event of the recording began. */
export function isStill(events, time) {
  const moment = events[0].timestamp + time;
  const isRecent = ({ type, data, timestamp }) => (
    moment - CALM < timestamp && timestamp <= moment && !(type === INCREMENTAL && MOVES.has(data.source))
  );
  return !isScrolling(events, moment) && !isMoving(events, moment) && !events.some(isRecent);
}

const ofSource = (events, isWanted) => events.filter(({ type, data }) => type === INCREMENTAL && isWanted(data.source));

/** Between two recorded positions of a gesture, where the program interpolates. */
function isScrolling(events, moment) {
  const before = new Map();
  return ofSource(events, (source) => source === SCROLL).some(({ timestamp, data }) => {
    const last = before.get(data.id) ?? -Infinity;
    before.set(data.id, timestamp);
    return last <= moment && moment < timestamp && timestamp - last <= GESTURE_GAP;
  });
}

/** Within the positions of one event, of which a jump applies none. */
function isMoving(events, moment) {
  return ofSource(events, (source) => MOVES.has(source)).some(({ timestamp, data }) => (
    timestamp + (data.positions?.[0]?.timeOffset ?? 0) <= moment && moment < timestamp
  ));
}
