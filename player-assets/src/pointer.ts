// The pointer: where rrweb puts the mouse or the finger, and what it does there. It is hidden in the page and drawn on
// the pictures later (src/overlay), so moving it changes nothing that can be seen but hovering. Called by player.ts.

import type { Replayer } from 'rrweb';
import type { eventWithTime, incrementalData } from '@rrweb/types';
import { EventType, IncrementalSource, MouseInteractions } from '@rrweb/types';
import { clock } from './clock';
import type { PointerAct, PointerSample } from './contract';
import { Hovering } from './hovering';

/** What we use of the replayer's inside. */
interface Inside {
  mouse: HTMLElement;
  timer: { addAction(action: { delay: number }): void };
  applyIncremental(event: { data: incrementalData }, isSync: boolean): void;
  moveAndHover(x: number, y: number, id: number, isSync: boolean, data: incrementalData): void;
  hoverElements(target: Node): void;
}

export class Pointer {
  private samples: PointerSample[] = [];
  private moved = false;
  /** What rrweb will do at its own time for the positions of one event. */
  private readonly moves = new WeakSet<object>();
  private readonly inside: Inside;
  private readonly hovering: Hovering;

  constructor(private readonly replayer: Replayer) {
    this.inside = replayer as unknown as Inside;
    this.hovering = new Hovering(replayer.iframe);
    this.noteMoves();
    this.followMoves();
  }

  /** Call before each action: whether it only moves the pointer. */
  begins(action: object): boolean {
    this.moved = false;
    return this.moves.has(action);
  }

  /** Whether something else is hovered since the action began. */
  get hoverChanged(): boolean {
    return this.moved;
  }

  /** Follows an event that rrweb has just applied. Returns whether it did no more than to move the pointer. */
  applied(event: eventWithTime): boolean {
    if (event.type !== EventType.IncrementalSnapshot) return false;
    const { data } = event;
    if (data.source === IncrementalSource.Mutation) this.hovering.restore();
    if (data.source !== IncrementalSource.MouseInteraction) return movesPointer(data);
    switch (data.type) {
      case MouseInteractions.Focus:
      case MouseInteractions.Blur:
        return false;
      case MouseInteractions.DblClick:
        this.sample('dblclick');
        return true;
      case MouseInteractions.TouchCancel:
        this.sample('touchend');
        return true;
      default:
        return true;
    }
  }

  /** What the pointer did since the last call, with session times. */
  take(offset: number): PointerSample[] {
    const taken = this.samples.map((sample) => ({ ...sample, time: sample.time + offset }));
    this.samples = [];
    return taken;
  }

  private noteMoves(): void {
    const { inside } = this;
    const { timer } = inside;
    let moving = false;
    const applyIncremental = inside.applyIncremental.bind(inside);
    inside.applyIncremental = (event, isSync) => {
      moving = movesPointer(event.data);
      try {
        applyIncremental(event, isSync);
      } finally {
        moving = false;
      }
    };
    const addAction = timer.addAction.bind(timer);
    timer.addAction = (action) => {
      // rrweb's own action after positions of which there are none; nothing that comes later would be done.
      if (Number.isNaN(action.delay)) return;
      if (moving) this.moves.add(action);
      addAction(action);
    };
  }

  private followMoves(): void {
    const { inside } = this;
    const moveAndHover = inside.moveAndHover.bind(inside);
    inside.hoverElements = (target) => { if (this.hovering.moveTo(target)) this.moved = true; };
    inside.moveAndHover = (x, y, id, isSync, data) => {
      if (!this.replayer.getMirror().getNode(id)) return;
      moveAndHover(x, y, id, isSync, data);
      this.sample(actOf(data));
    };
  }

  /** At the place that rrweb computed: in the replayed window's pixels, also for what is in nested documents. */
  private sample(act: PointerAct): void {
    const { left, top } = this.inside.mouse.style;
    const [x, y] = [Number.parseFloat(left), Number.parseFloat(top)];
    if (Number.isFinite(x) && Number.isFinite(y)) this.samples.push({ time: clock.now, x, y, act });
  }
}

function movesPointer(data: incrementalData): boolean {
  return data.source === IncrementalSource.MouseMove
    || data.source === IncrementalSource.TouchMove
    || data.source === IncrementalSource.Drag;
}

function actOf(data: incrementalData): PointerAct {
  if (data.source === IncrementalSource.TouchMove) return 'touchmove';
  if (data.source !== IncrementalSource.MouseInteraction) return 'mousemove';
  switch (data.type) {
    case MouseInteractions.Click: return 'click';
    case MouseInteractions.TouchStart: return 'touchstart';
    case MouseInteractions.TouchEnd: return 'touchend';
    default: return 'mousemove';
  }
}
