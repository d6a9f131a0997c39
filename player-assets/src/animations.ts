// CSS animations and transitions on the replay's clock. Each is stopped as soon as it
// exists and moved by hand, so that what it shows depends on session time alone. Called by player.ts.

import { clearEdges } from './moving_layers';
import { animationsIn, type Roots } from './roots';

/** Where one animation stands; the strong reference keeps its wrapper, and so its start, from being collected. */
interface Tracked {
  /** Replay time at which its own time is 0. */
  start: number;
  /** Its own time at which it ends. */
  end: number;
  /** The replay time at which the page paused it by `animation-play-state`. */
  pausedAt: number | null;
  finished: boolean;
}

export class Animations {
  private readonly tracked = new Map<Animation, Tracked>();
  /** Those that follow a scroll position, which is on our clock by itself. */
  private readonly scrolled = new WeakSet<Animation>();

  constructor(private readonly roots: Roots) {}

  /**
   * Takes over what began at `now`. Asking for the animations brings styles up to date, which starts them. Those of a page that
   * had been there for a while are over, if they end.
   */
  adopt(now: number, ofOldPage = false): void {
    const relevant = new Set<Animation>();
    for (const root of this.roots.all()) {
      for (const animation of animationsIn(root)) relevant.add(animation);
    }
    for (const animation of relevant) {
      if (!this.tracked.has(animation)) this.take(animation, now, ofOldPage);
    }
    for (const [animation, state] of this.tracked) {
      // One that is over can begin again when its style changes, for as long as its element has it.
      const gone = state.finished && !isFromStyle(animation) ? !relevant.has(animation) : animation.playState === 'idle';
      if (gone) this.tracked.delete(animation);
      else if (relevant.has(animation)) this.followStyle(animation, state, now);
    }
  }

  /**
   * The same after something was loaded, or a page was built. A stylesheet that arrives late makes transitions from the bare
   * page, which nobody saw: those are over at once.
   */
  adoptLate(now: number, ofOldPage = false): void {
    for (const root of this.roots.all()) {
      for (const animation of animationsIn(root)) {
        if (!this.tracked.has(animation) && 'transitionProperty' in animation) animation.finish();
      }
    }
    this.adopt(now, ofOldPage);
  }

  /** Puts everything where it stands at `now`. Returns whether something moved. */
  move(now: number): boolean {
    let moved = false;
    for (const [animation, state] of this.tracked) {
      if (state.finished || state.pausedAt !== null) continue;
      moved = true;
      const time = now - state.start;
      if (time < state.end) {
        animation.currentTime = time;
      } else {
        end(animation, state);
      }
    }
    return moved;
  }

  /** Whether anything moves by itself. */
  get active(): boolean {
    for (const state of this.tracked.values()) {
      if (!state.finished && state.pausedAt === null) return true;
    }
    return false;
  }

  private take(animation: Animation, now: number, ofOldPage: boolean): void {
    if (this.scrolled.has(animation)) return;
    clearEdges(animation);
    if (animation.timeline !== null && 'source' in animation.timeline) {
      this.scrolled.add(animation);
      return;
    }
    animation.pause();
    const end = endOf(animation);
    const past = ofOldPage && isFromStyle(animation) && Number.isFinite(end) ? end : 0;
    animation.currentTime = past;
    this.tracked.set(animation, { start: now - past, end, pausedAt: null, finished: false });
  }

  /** Another style can make an animation under way longer or shorter, and pause it: after our pause() that is left to us. */
  private followStyle(animation: Animation, state: Tracked, now: number): void {
    if (!isFromStyle(animation)) return;
    const end = endOf(animation);
    if (end !== state.end) {
      state.end = end;
      state.finished = false;
    }
    if (state.finished) return;
    const paused = playStateOf(animation) === 'paused';
    if (paused && state.pausedAt === null) {
      animation.currentTime = now - state.start;
      state.pausedAt = now;
    } else if (!paused && state.pausedAt !== null) {
      state.start += now - state.pausedAt;
      state.pausedAt = null;
    }
  }
}

/** Only a transition finishes: of an animation that has, another style could make one on the browser's own clock. */
function end(animation: Animation, state: Tracked): void {
  if (isFromStyle(animation)) animation.currentTime = state.end;
  else animation.finish();
  state.finished = true;
}

/** In the animation's own time, Infinity for an endless one. */
function endOf(animation: Animation): number {
  return Number(animation.effect?.getComputedTiming().endTime ?? 0);
}

function isFromStyle(animation: Animation): animation is CSSAnimation {
  return 'animationName' in animation;
}

function playStateOf(animation: CSSAnimation): string {
  const effect = animation.effect as KeyframeEffect | null;
  const target = effect?.target;
  if (!target) return 'running';
  const style = getComputedStyle(target, effect.pseudoElement);
  const names = style.animationName.split(',').map((name) => name.trim());
  const states = style.animationPlayState.split(',').map((state) => state.trim());
  const index = Math.max(0, names.lastIndexOf(animation.animationName));
  return states[index % states.length] ?? 'running';
}
