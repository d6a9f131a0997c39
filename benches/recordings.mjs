// The recordings that benchmarks, sameness and fidelity runs take: the bundled ones, and the shared ones where they are.
// Used by run.mjs, sizes.mjs, peer/, fidelity/ and what stands in scripts/.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FIXTURES = join(ROOT, 'tests/fixtures');
const SHARED = join(process.env.REPLAYCAST_SHARED ?? join(ROOT, '../shared'), 'recordings');

const isRecording = (name) => name.endsWith('.json') && !name.endsWith('.meta.json');
const inFolder = (folder) => readdirSync(folder).filter(isRecording).toSorted().map((name) => join(folder, name));

export const nameOf = (recording) => basename(recording, '.json');

/** Those whose name holds one of `wanted`, also files that it names, or all. Says so where there are no shared ones. */
export function chooseRecordings(wanted) {
  const known = inFolder(FIXTURES);
  if (existsSync(SHARED)) known.push(...inFolder(SHARED));
  else console.error(`SKIPPED: the shared recordings are not in ${SHARED} (REPLAYCAST_SHARED names their folder)`);
  if (wanted.length === 0) return known;
  return wanted.flatMap((text) => {
    if (existsSync(text)) return [text];
    const found = known.filter((recording) => nameOf(recording).includes(text));
    if (found.length === 0) throw new Error(`no recording is named ${text}`);
    return found;
  });
}

const isEvent = (value) => typeof value?.type === 'number' && typeof value.timestamp === 'number';

/** The first list of rrweb events anywhere in a JSON value, in order of time. */
export function eventsIn(value) {
  if (Array.isArray(value) && value.some(isEvent)) {
    return value.filter(isEvent).toSorted((a, b) => a.timestamp - b.timestamp);
  }
  for (const inner of typeof value === 'object' && value !== null ? Object.values(value) : []) {
    const events = eventsIn(inner);
    if (events) return events;
  }
  return null;
}

/** The recording with an hour in which nothing happens where its longest pause is, as an rrweb array. */
export function withIdleHour(recording) {
  const events = JSON.parse(readFileSync(recording, 'utf8'));
  if (!Array.isArray(events) || !events.every(isEvent)) throw new Error(`${recording} is not an rrweb array`);
  const pauses = events.slice(1).map((event, index) => event.timestamp - events[index].timestamp);
  const longest = pauses.indexOf(Math.max(...pauses));
  return events.map((event, index) => (
    index > longest ? { ...event, timestamp: event.timestamp + 3_600_000 } : event
  ));
}

/** A page of `size` on which a small box moves a little `fps` times a second, for `seconds`, as an rrweb array: every
 * frame changes, by as little as can be. */
export function movingBox({ width, height }, fps, seconds) {
  const began = Date.UTC(2025, 0, 1);
  const box = { type: 2, id: 5, tagName: 'div', attributes: { style: boxStyle(0) }, childNodes: [] };
  const body = { type: 2, id: 4, tagName: 'body', attributes: {}, childNodes: [box] };
  const head = { type: 2, id: 3, tagName: 'head', attributes: {}, childNodes: [] };
  const html = { type: 2, id: 2, tagName: 'html', attributes: {}, childNodes: [head, body] };
  const mutation = (index) => ({
    type: 3,
    timestamp: began + (index * 1000) / fps,
    data: { source: 0, texts: [], removes: [], adds: [], attributes: [{ id: 5, attributes: { style: boxStyle(index) } }] },
  });
  return [
    { type: 4, timestamp: began, data: { href: 'https://box.example/', width, height } },
    {
      type: 2,
      timestamp: began,
      data: { node: { type: 0, id: 1, childNodes: [html] }, initialOffset: { left: 0, top: 0 } },
    },
    ...Array.from({ length: Math.round(fps * seconds) }, (_, index) => mutation(index + 1)),
  ];
}

const boxStyle = (step) => `position: absolute; left: ${step % 200}px; top: 20px; width: 40px; height: 40px; background: #36c`;
