// The page's entry: puts the contract on `window.replaycast`. The Rust side calls it through the DevTools protocol.

import './clock';
import type { eventWithTime } from '@rrweb/types';
import type { PlayerContract } from './contract';
import { Player } from './player';

declare global {
  interface Window {
    replaycast: PlayerContract;
  }
}

let events: eventWithTime[] = [];
let player: Player | null = null;

function started(): Player {
  if (!player) throw new Error('start() has not been called');
  return player;
}

/** Text from a recording can hold half of a surrogate pair, which is no text for the Rust side. */
function wellFormed(answer: unknown): unknown {
  if (typeof answer === 'string') return answer.toWellFormed();
  if (Array.isArray(answer)) return answer.map(wellFormed);
  if (answer instanceof Promise) return answer.then(wellFormed);
  if (typeof answer !== 'object' || answer === null) return answer;
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, wellFormed(value)]));
}

/** The same contract, of which every answer can be read on the other side. */
function answering(contract: PlayerContract): PlayerContract {
  return new Proxy(contract, {
    get: (functions, name) => (...args: unknown[]) =>
      wellFormed(Reflect.apply(Reflect.get(functions, name) as (...args: unknown[]) => unknown, functions, args)),
  });
}

window.replaycast = answering({
  load(json) {
    for (const event of JSON.parse(json) as eventWithTime[]) events.push(event);
    return events.length;
  },
  start(options) {
    player = new Player(events, options);
    events = [];
    return player.start();
  },
  advance: (sessionTime, fence) => started().advance(sessionTime, fence),
  pass: (sessionTimes) => started().pass(sessionTimes),
  conceal: (concealed, fence) => { started().conceal(concealed, fence); },
  settle: () => started().settle(),
  paintFence: (fence) => { started().paintFence(fence); },
  problems: () => started().problems(),
});
