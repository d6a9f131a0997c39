// The page's clock. Imported first, it replaces every source of time that the replayer could see:
// Date, performance.now, timers and animation frames move only when the player says so.

interface Timer {
  id: number;
  due: number;
  every: number | null;
  run: () => void;
}

/** So often may one moment be looked up; who looks more often waits for time to pass. */
const LOOKS_PER_MOMENT = 1000;

const realSetTimeout = window.setTimeout.bind(window);

/** The machine's own time in milliseconds, for patience only. */
export const realNow = Date.now.bind(Date);

/** The replay's time in milliseconds; 0 is the first event of the replayed window. */
class Clock {
  private time = 0;
  private epoch = 0;
  private looks = 0;
  private nextId = 1;
  private failed: (error: unknown) => void = () => undefined;
  private readonly timers = new Map<number, Timer>();
  private readonly frames = new Map<number, FrameRequestCallback>();

  get now(): number {
    return this.time;
  }

  /** Begins at `time`, with `Date` reading `epoch` when the clock reads 0. What a timer throws goes to `failed`. */
  begin(time: number, epoch: number, failed: (error: unknown) => void): void {
    this.time = time;
    this.epoch = epoch;
    this.failed = failed;
  }

  /** rrweb ends a search for missing nodes when half a second has passed: to those who wait in a loop time passes. */
  dateNow(): number {
    this.looks += 1;
    return Math.floor(this.epoch + this.time) + Math.max(0, this.looks - LOOKS_PER_MOMENT);
  }

  /** Whether anyone waits for the next frame. */
  get framesPending(): boolean {
    return this.frames.size > 0;
  }

  /** When the next timer is due; Infinity without one. */
  nextTimer(): number {
    let next = Infinity;
    for (const timer of this.timers.values()) next = Math.min(next, timer.due);
    return next;
  }

  /** Moves to `time` and runs what is due, in order of due time, then of creation. Returns how much ran. */
  moveTo(time: number): number {
    this.time = Math.max(this.time, time);
    this.looks = 0;
    let ran = 0;
    for (let timer = this.firstDue(); timer; timer = this.firstDue()) {
      if (timer.every === null) this.timers.delete(timer.id);
      else timer.due += Math.max(1, timer.every);
      this.attempt(timer.run);
      ran += 1;
    }
    return ran;
  }

  runAnimationFrames(): number {
    const due = [...this.frames.values()];
    this.frames.clear();
    for (const callback of due) this.attempt(() => { callback(this.time); });
    return due.length;
  }

  private attempt(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.failed(error);
    }
  }

  addTimer(run: () => void, delay: number, repeats: boolean): number {
    const id = this.nextId++;
    const wait = Math.max(0, Number.isFinite(delay) ? delay : 0);
    this.timers.set(id, { id, due: this.time + wait, every: repeats ? wait : null, run });
    return id;
  }

  removeTimer(id: number): void {
    this.timers.delete(id);
  }

  addFrame(callback: FrameRequestCallback): number {
    const id = this.nextId++;
    this.frames.set(id, callback);
    return id;
  }

  removeFrame(id: number): void {
    this.frames.delete(id);
  }

  private firstDue(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers.values()) {
      if (timer.due <= this.time && (!first || timer.due < first.due)) first = timer;
    }
    return first;
  }
}

export const clock = new Clock();

/** Lets the browser work for a moment of real time: loads, decodes, load events. */
export function realPause(): Promise<void> {
  return new Promise((resolve) => realSetTimeout(resolve, 1));
}

type Callback = (...args: unknown[]) => void;

function timerFunction(repeats: boolean) {
  return (handler: TimerHandler, delay = 0, ...args: unknown[]): number => {
    if (typeof handler !== 'function') return 0;
    return clock.addTimer(() => { (handler as Callback)(...args); }, delay, repeats);
  };
}

class ReplayDate extends Date {
  constructor(...args: [] | [string | number | Date]) {
    if (args.length === 0) super(clock.dateNow());
    else super(...args);
  }

  static override now(): number {
    return clock.dateNow();
  }
}

const clear = (id?: number): void => {
  if (id !== undefined) clock.removeTimer(id);
};

Object.assign(window, {
  Date: ReplayDate,
  setTimeout: timerFunction(false),
  setInterval: timerFunction(true),
  clearTimeout: clear,
  clearInterval: clear,
  requestAnimationFrame: (callback: FrameRequestCallback) => clock.addFrame(callback),
  cancelAnimationFrame: (id: number) => { clock.removeFrame(id); },
});
performance.now = () => clock.now;
