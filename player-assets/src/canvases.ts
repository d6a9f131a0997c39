// Canvases. A browser does not paint them where scripts may not run, which is nowhere in a replay: so each is drawn
// on one of our own, outside the replayed document, and shown in its place as a picture. Called by contents.ts.

import type { canvasEventWithTime, eventWithTime } from '@rrweb/types';
import { EventType, IncrementalSource } from '@rrweb/types';
import type { Content, Followed } from './content';
import { isBlocked } from './content';
import { Drawing } from './drawing';
import type { InlineStyle } from './inline_style';
import { emptyPicture, pictureInPlace } from './inline_style';
import type { Labels } from './labels';

const NOT_RECORDED = { title: 'Canvas: not recorded', short: 'Canvas' };
const UNSUPPORTED = { title: 'Canvas: no WebGL here', short: 'Canvas' };

export class Canvases implements Content {
  private readonly drawings = new Map<HTMLCanvasElement, Drawing>();
  /** Of one page. One that is recorded anew, or moves its canvases, goes on with what was drawn. */
  private readonly byId = new Map<number, Drawing>();
  private page: string | null = null;
  /** Whether the recorder looked at canvases at all: then those without data were blank. */
  private recorded = false;

  constructor(
    private readonly style: InlineStyle,
    private readonly labels: Labels,
    private readonly warn: (...words: unknown[]) => void,
  ) {}

  note(event: eventWithTime): void {
    if (event.type === EventType.Meta) this.page ??= event.data.href;
    if (isCanvasEvent(event)) this.recorded = true;
  }

  follow(followed: Followed): void {
    const { element, id, recorded } = followed;
    if (element.localName !== 'canvas' || isBlocked(followed)) return;
    const canvas = element as HTMLCanvasElement;
    const drawing = this.drawings.get(canvas) ?? this.drawingOf(canvas, id, recorded.rr_dataURL);
    drawing.resize(canvas.width, canvas.height);
    drawing.fresh = true;
  }

  applied(event: eventWithTime): void {
    if (event.type === EventType.Meta && event.data.href !== this.page) {
      this.page = event.data.href;
      this.byId.clear();
    }
    if (isCanvasEvent(event)) this.byId.get(event.data.id)?.play(event);
  }

  async show(): Promise<boolean> {
    let changed = false;
    for (const [canvas, drawing] of this.drawings) {
      await drawing.settled();
      if (!canvas.isConnected) {
        this.drawings.delete(canvas);
      } else if (drawing.fresh) {
        drawing.fresh = false;
        this.put(canvas, drawing);
        changed = true;
      }
    }
    return changed;
  }

  private drawingOf(canvas: HTMLCanvasElement, id: number, picture: unknown): Drawing {
    let drawing = this.byId.get(id);
    if (!drawing || typeof picture === 'string') drawing = new Drawing(canvas.width, canvas.height, this.warn);
    if (typeof picture === 'string') {
      this.recorded = true;
      drawing.paint(picture);
    }
    this.byId.set(id, drawing);
    this.drawings.set(canvas, drawing);
    return drawing;
  }

  private put(canvas: HTMLCanvasElement, drawing: Drawing): void {
    const picture = drawing.picture();
    const inPlace = pictureInPlace(picture ?? emptyPicture(canvas.width, canvas.height));
    if (drawing.unsupported) this.labels.put(canvas, UNSUPPORTED, inPlace);
    else if (picture === null && !this.recorded) this.labels.put(canvas, NOT_RECORDED, inPlace);
    else this.style.put(canvas, inPlace);
  }
}

function isCanvasEvent(event: eventWithTime): event is canvasEventWithTime {
  return event.type === EventType.IncrementalSnapshot && event.data.source === IncrementalSource.CanvasMutation;
}
