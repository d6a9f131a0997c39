// The picture's layout: the replayed window fitted into the canvas on a plain surround. Used by player.ts.

import replayerStyle from 'rrweb/dist/style.css';
import type { Fence, Fit, Size, StartOptions } from './contract';

/**
 * Rules for the replayed documents: against what runs on the browser's own timers, carets and media controls, against
 * snapping to places where nothing was recorded on its way there, and against
 * layers of what is animated (`SubtreeWillChangeContents` in Blink's `compositing_reason_finder.cc`). Layers between two pixels
 * take in at their edges what the memory of their tiles held before.
 */
export const REPLAYED_PAGE_RULES = [
  '* { caret-color: transparent !important; scroll-snap-type: none !important; }',
  ':root { will-change: contents !important; }',
  'video::-webkit-media-controls, audio::-webkit-media-controls { display: none !important; }',
];

/** In CSS pixels; `fence.rs` looks for the colour in the middle. */
const FENCE_SIDE = 8;

export class Stage {
  readonly root = document.createElement('div');
  private fence: HTMLElement | null = null;
  private current: Fit | null = null;

  constructor(private readonly options: StartOptions) {
    const style = document.createElement('style');
    style.textContent = `${replayerStyle}
      html, body { margin: 0; overflow: hidden; background: ${options.surround}; }
      .replayer-wrapper { position: absolute; transform-origin: 0 0; overflow: hidden; }
      .replayer-mouse { display: none; }
      .replayer-wrapper > iframe { display: block; border: none; background: #fff; }`;
    document.head.append(style);
    this.root.style.cssText = 'position: absolute; inset: 0';
    document.body.append(this.root);
  }

  /** Colours a square below the picture, which is where a display has room for it. */
  paintFence({ color, left }: Fence): void {
    if (!this.fence) {
      this.fence = document.createElement('div');
      this.fence.style.cssText = `position: fixed; top: ${this.options.canvas.height}px; width: ${FENCE_SIDE}px; height: ${FENCE_SIDE}px`;
      document.body.append(this.fence);
    }
    this.fence.style.left = `${left}px`;
    this.fence.style.background = `#${color.toString(16).padStart(6, '0')}`;
  }

  /** Skips drawing the replay, without a change to its layout or its scroll positions. */
  conceal(concealed: boolean): void {
    this.root.style.visibility = concealed ? 'hidden' : '';
  }

  /** Where the replayed window is; null until its size is known. */
  get fitted(): Fit | null {
    return this.current;
  }

  get isScaled(): boolean {
    return this.current !== null && this.current.scale !== 1;
  }

  /** Lays out anew for the replayed window's size. */
  fit(wrapper: HTMLElement, viewport: Size): void {
    const { canvas, fit } = this.options;
    const across = canvas.width / viewport.width;
    const down = canvas.height / viewport.height;
    const fitted = fit === 'width' ? across : Math.min(across, down);
    // The canvas is at most one pixel longer than an odd window: that is padding, not a reason to scale.
    const scale = Math.abs(fitted - 1) < 2 / Math.max(viewport.width, viewport.height) ? 1 : fitted;
    // Centred, on whole pixels of the device; what is longer than the canvas begins at its top.
    const beside = (room: number): number => Math.max(0, Math.floor((room / 2) * devicePixelRatio) / devicePixelRatio);
    const left = beside(canvas.width - viewport.width * scale);
    const top = beside(canvas.height - viewport.height * scale);
    this.current = { left, top, scale, width: viewport.width * scale, height: viewport.height * scale };
    wrapper.style.width = `${viewport.width}px`;
    wrapper.style.height = `${viewport.height}px`;
    // CSS zoom would draw text no sharper, and moves borders and line ends.
    wrapper.style.transform = scale === 1 ? `translate(${left}px, ${top}px)` : `translate(${left}px, ${top}px) scale(${scale})`;
  }
}
