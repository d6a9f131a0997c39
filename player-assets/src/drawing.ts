// One recorded canvas, drawn on a canvas of our own. What is to be drawn may have to be decoded first, so it waits in
// line; whoever takes the picture waits for all of it. Used by canvases.ts.

import { canvasMutation } from 'rrweb';
import type { canvasEventWithTime } from '@rrweb/types';
import { CanvasContext } from '@rrweb/types';
import { imagesOf, playable } from './canvas_commands';

type Warn = (...words: unknown[]) => void;
type ContextKind = '2d' | 'webgl' | 'webgl2';

export class Drawing {
  /** Whether the picture may be another than the one that was taken. */
  fresh = true;
  /** Whether this browser lacks what the commands need. */
  unsupported = false;
  private surface: HTMLCanvasElement;
  private kind: ContextKind | null = null;
  private work: Promise<void> = Promise.resolve();
  /** What the commands draw, by address. */
  private readonly images = new Map<string, HTMLImageElement>();

  constructor(private width: number, private height: number, private readonly warn: Warn) {
    this.surface = surfaceOf(width, height);
  }

  /** A canvas that gets another size is emptied. */
  resize(width: number, height: number): void {
    if (width === this.width && height === this.height) return;
    [this.width, this.height] = [width, height];
    this.queue(() => {
      this.surface.width = width;
      this.surface.height = height;
    });
  }

  /** Paints a whole picture of the canvas. */
  paint(picture: string): void {
    this.queue(async () => {
      const image = await loaded(picture);
      if (image) this.context('2d')?.drawImage(image, 0, 0);
    });
  }

  /** Plays the commands of an event. */
  play(event: canvasEventWithTime): void {
    this.queue(async () => {
      const mutation = playable(event.data);
      for (const address of imagesOf(mutation.commands)) await this.load(address);
      if (!this.context(kindOf(mutation.type))) return;
      await canvasMutation({
        event,
        mutation,
        target: this.surface,
        imageMap: this.images,
        canvasEventMap: new Map(),
        errorHandler: (_: unknown, error: unknown) => { this.warn('a canvas command failed:', error); },
      });
    });
  }

  settled(): Promise<void> {
    return this.work;
  }

  /** As a data URL; null if nothing was ever drawn. */
  picture(): string | null {
    if (!this.kind || this.surface.width === 0 || this.surface.height === 0) return null;
    return this.surface.toDataURL();
  }

  private queue(job: () => Promise<void> | void): void {
    this.fresh = true;
    this.work = this.work.then(job).catch((error: unknown) => { this.warn('a canvas could not be drawn:', error); });
  }

  private async load(address: string): Promise<void> {
    if (this.images.has(address)) return;
    const image = await loaded(address);
    if (image) this.images.set(address, image);
  }

  /** A canvas has one kind of context for life; a recording may begin with a picture and go on with WebGL. */
  private context(kind: '2d'): CanvasRenderingContext2D | null;
  private context(kind: ContextKind): RenderingContext | null;
  private context(kind: ContextKind): RenderingContext | null {
    if (this.kind && this.kind !== kind) this.surface = surfaceOf(this.surface.width, this.surface.height);
    // Pictures are taken later than right after drawing.
    const options = kind === '2d' ? { willReadFrequently: true } : { preserveDrawingBuffer: true };
    const context = this.surface.getContext(kind, options);
    this.kind = context && kind;
    this.unsupported = !context;
    return context;
  }
}

function surfaceOf(width: number, height: number): HTMLCanvasElement {
  const surface = document.createElement('canvas');
  surface.width = width;
  surface.height = height;
  return surface;
}

function kindOf(type: CanvasContext): ContextKind {
  switch (type) {
    case CanvasContext.WebGL: return 'webgl';
    case CanvasContext.WebGL2: return 'webgl2';
    default: return '2d';
  }
}

/** An image from outside is asked for in the way that leaves the canvas readable. */
async function loaded(address: string): Promise<HTMLImageElement | null> {
  const image = new Image();
  image.crossOrigin = 'anonymous';
  image.src = address;
  try {
    await image.decode();
    return image;
  } catch {
    return null;
  }
}
