// CSS animations and transitions on the replay's clock. Each is stopped as soon as it
// exists and moved by hand, so that what it shows depends on session time alone. Called by player.ts.

import { clearEdges } from './moving_layers';
import type { Roots } from './roots';

/** Where one animation stands; the strong reference keeps its wrapper, and so its start, from being collected. */
interface Tracked {
  /** Replay time at which its own time is 0. */
  start: number;
  end: number;
  /** The replay time at which the page paused it by `animation-play-state`. */
  pausedAt: number | null;
  finished: boolean;
}

export class Animations {
  private readonly tracked = new Map<Animation, Tracked>();

  constructor(private readonly roots: Roots) {}

  /** Takes over what began at `now`. Asking for the animations brings styles up to date, which starts them. */
  adopt(now: number): void {
    const relevant = new Set<Animation>();
    for (const root of this.roots.all()) {
      for (const animation of root.getAnimations()) relevant.add(animation);
    }
    for (const animation of relevant) {
      if (!this.tracked.has(animation)) this.take(animation, now);
    }
    for (const [animation, state] of this.tracked) {
      const gone = state.finished ? !relevant.has(animation) : animation.playState === 'idle';
      if (gone) this.tracked.delete(animation);
      else if (!state.finished) this.followPlayState(animation, state, now);
    }
  }

  /**
   * The same after something was loaded. A stylesheet that arrives late makes transitions from the bare page, which
   * nobody saw: those are over at once.
   */
  adoptLate(now: number): void {
    for (const root of this.roots.all()) {
      for (const animation of root.getAnimations()) {
        if (!this.tracked.has(animation) && 'transitionProperty' in animation) animation.finish();
      }
    }
    this.adopt(now);
  }

  /** Puts everything where it stands at `now`. Returns whether something moved. */
  move(now: number): boolean {
    let moved = false;
    for (const [animation, state] of this.tracked) {
      if (state.finished || state.pausedAt !== null) continue;
      moved = true;
      const time = now - state.start;
      if (time >= state.end) {
        animation.finish();
        state.finished = true;
      } else {
        animation.currentTime = time;
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

  private take(animation: Animation, now: number): void {
    animation.pause();
    animation.currentTime = 0;
    const end = Number(animation.effect?.getComputedTiming().endTime ?? 0);
    this.tracked.set(animation, { start: now, end, pausedAt: null, finished: false });
    clearEdges(animation);
  }

  /** After our pause() the browser no longer applies animation-play-state, so we do. */
  private followPlayState(animation: Animation, state: Tracked, now: number): void {
    if (!(animation instanceof CSSAnimation) && !('animationName' in animation)) return;
    const paused = playStateOf(animation as CSSAnimation) === 'paused';
    if (paused && state.pausedAt === null) {
      animation.currentTime = now - state.start;
      state.pausedAt = now;
    } else if (!paused && state.pausedAt !== null) {
      state.start += now - state.pausedAt;
      state.pausedAt = null;
    }
  }
}

function playStateOf(animation: CSSAnimation): string {
  const effect = animation.effect as KeyframeEffect | null;
  const target = effect?.target;
  const style = target?.ownerDocument.defaultView?.getComputedStyle(target, effect?.pseudoElement ?? null);
  if (!style) return 'running';
  const names = style.animationName.split(',').map((name) => name.trim());
  const states = style.animationPlayState.split(',').map((state) => state.trim());
  const index = Math.max(0, names.lastIndexOf(animation.animationName));
  return states[index % states.length] ?? 'running';
}
