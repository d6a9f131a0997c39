// What the page and the Rust side (src/player) say to each other. Times are milliseconds; sizes are CSS pixels.

export interface Size {
  width: number;
  height: number;
}

/** Where the replayed window is in the picture, in CSS pixels of the page. */
export interface Fit {
  left: number;
  top: number;
  /** Pixels for one of the window. */
  scale: number;
  /** How large it is drawn, cut or not. */
  width: number;
  height: number;
}

export type PointerAct = 'mousemove' | 'click' | 'dblclick' | 'touchstart' | 'touchmove' | 'touchend';

/** Something that the mouse or the finger did. */
export interface PointerSample {
  /** Session time. */
  time: number;
  /** In the replayed window's pixels. */
  x: number;
  y: number;
  act: PointerAct;
}

/** A square below the picture; `fence.rs` has the other side. */
export interface Fence {
  /** 0xRRGGBB. */
  color: number;
  /** In CSS pixels. */
  left: number;
}

export interface StartOptions {
  /** The picture, in CSS pixels and maybe parts of one; the replayed window is fitted into it. */
  canvas: Size;
  /** Whether all of the window is shown, or it fills the width and is cut at the bottom. */
  fit: 'contain' | 'width';
  /** The colour around the window. */
  surround: string;
  /** Epoch time of session time 0. */
  sessionStart: number;
  /** How long the page waits for what it needs, in real time. */
  patience: number;
}

/** What one call of `advance` did. */
export interface Advance {
  /** Whether it is there; else the call is to be made again, so that none takes long. */
  arrived: boolean;
  /** Whether anything that can be seen in the page may have changed since the last call; the pointer is not in it. */
  changed: boolean;
  /** Session time before which nothing can change, not even the pointer's course; null when nothing is left to come. */
  quietUntil: number | null;
  fit: Fit | null;
  /** Since the last call. */
  pointer: PointerSample[];
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
  /** Families that the documents asked for first and that are neither in the recording nor on this machine. */
  fonts: string[];
  /** Whether the documents had anything that should be seen. */
  visible: boolean;
}

/** The object that the page puts on `window.replaycast`. */
export interface PlayerContract {
  /** Takes the next part of the recording: a JSON array of rrweb events. */
  load(events: string): number;
  start(options: StartOptions): Promise<void>;
  /**
   * Moves to a session time, never backwards, and resolves when the page is ready to be drawn. If anything may have
   * changed, the fence becomes this together with the change: whoever sees it on the screen sees all.
   */
  advance(sessionTime: number, fence?: Fence): Promise<Advance>;
  /**
   * Moves through session times that nobody looks at, by the same steps as `advance`, until all are passed, it has taken a
   * while, or something may load that the page does not see coming. Resolves to how many are passed.
   */
  pass(sessionTimes: number[]): Promise<number>;
  /**
   * Waits once more, after things arrived that the page does not see coming, and takes over what they started.
   * Resolves to the new `quietUntil`.
   */
  settle(): Promise<number | null>;
  /** Takes the replay out of the picture or puts it back; a frame drawn in between forgets what was drawn before. */
  conceal(concealed: boolean, fence?: Fence): void;
  /** Paints the fence without a change. */
  paintFence(fence: Fence): void;
  problems(): Problems;
}
