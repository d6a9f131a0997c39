// What the page and the Rust side (src/player) say to each other. Times are milliseconds; sizes are CSS pixels.

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface StartOptions {
  /** The picture; the replayed window is fitted into it. */
  canvas: Size;
  /** Epoch time of session time 0. */
  sessionStart: number;
}

/** What one call of `advance` did. */
export interface Advance {
  /** Whether anything that can be seen may have changed since the last call. */
  changed: boolean;
  /** Session time before which nothing can change; null when nothing is left to come. */
  quietUntil: number | null;
  viewport: Size | null;
  /** In the replayed window's pixels. */
  cursor: Point | null;
}

export interface MissingAsset {
  /** Without query and fragment, which can hold secrets. */
  url: string;
  /** The CSP directive that would have let it through: img-src, font-src, style-src-elem and so on. */
  kind: string;
}

export interface Warning {
  message: string;
  count: number;
}

export interface Problems {
  missing: MissingAsset[];
  warnings: Warning[];
}

/** The object that the page puts on `window.replaycast`. */
export interface PlayerContract {
  /** Takes the next part of the recording: a JSON array of rrweb events. */
  load(events: string): number;
  start(options: StartOptions): Promise<Advance>;
  /**
   * Moves to a session time, never backwards, and resolves when the page is ready to be drawn. If anything may have
   * changed, the fence gets this colour (0xRRGGBB) together with the change: whoever sees it on the screen sees all.
   */
  advance(sessionTime: number, fence?: number): Promise<Advance>;
  /** Gives the fence a colour without a change. */
  paintFence(color: number): void;
  problems(): Problems;
}
