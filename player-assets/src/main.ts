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

window.replaycast = {
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
};
