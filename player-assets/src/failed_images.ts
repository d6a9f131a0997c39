// Labels images that could not be loaded. Each keeps the box that it has without its picture. Called by contents.ts.

import type { Content, Followed } from './content';
import { isBlocked } from './content';
import { emptyPicture, pictureInPlace } from './inline_style';
import type { Labels } from './labels';
import { hostOf, pixels } from './labels';

export class FailedImages implements Content {
  /** Images of which it is not known yet whether they failed, or how large the box of a failed one is. */
  private readonly watched = new Set<HTMLImageElement>();
  private readonly labelled = new WeakSet<HTMLImageElement>();

  constructor(private readonly labels: Labels) {}

  follow(followed: Followed): void {
    const { element } = followed;
    if (element.localName === 'img' && !isBlocked(followed)) this.watched.add(element as HTMLImageElement);
  }

  loaded(): void {
    const failed = [];
    for (const image of this.watched) {
      if (this.labelled.delete(image)) this.labels.remove(image);
      if (image.isConnected && !image.complete) continue;
      if (image.isConnected && image.naturalWidth === 0 && addressOf(image) !== '') failed.push(image);
      else this.watched.delete(image);
    }
    // All are measured before any of them is changed: one layout is enough.
    const boxes = failed.map((image) => boxOf(image));
    failed.forEach((image, index) => {
      const box = boxes[index];
      if (!box) return;
      const label = { title: 'Image not available', short: 'Image', detail: hostOf(addressOf(image)) };
      this.labels.put(image, label, {
        ...pictureInPlace(emptyPicture(box.width, box.height)),
        ...(box.belowBaseline > 0 ? { 'vertical-align': `${-box.belowBaseline}px` } : {}),
      });
      this.labelled.add(image);
      this.watched.delete(image);
    });
  }
}

function addressOf(image: HTMLImageElement): string {
  return image.currentSrc || image.src || image.srcset;
}

/** In CSS pixels. */
interface Box {
  width: number;
  height: number;
  /** How far it reaches below the line that its text stands on. */
  belowBaseline: number;
}

/**
 * The size that the picture would have had, as far as the page says it; else that of the box without it. Undefined as
 * long as the page does not show it.
 */
function boxOf(image: HTMLImageElement): Box | undefined {
  const width = pixels(image.getAttribute('width'));
  const height = pixels(image.getAttribute('height'));
  if (width !== null && height !== null) return { width, height, belowBaseline: 0 };
  const view = image.ownerDocument.defaultView;
  if (!view || image.getClientRects().length === 0) return undefined;
  const style = view.getComputedStyle(image);
  const sumOf = (...names: string[]) => names.reduce((sum, name) => sum + (Number.parseFloat(style.getPropertyValue(name)) || 0), 0);
  const around = (one: string, other: string) => sumOf(`padding-${one}`, `padding-${other}`, `border-${one}-width`, `border-${other}-width`);
  const box = {
    width: Math.max(0, image.offsetWidth - around('left', 'right')),
    height: Math.max(0, image.offsetHeight - around('top', 'bottom')),
  };
  const text = style.verticalAlign === 'baseline' ? textBelowBaseline(box.height, style, view) : null;
  const belowBaseline = text === null ? 0 : text + sumOf('padding-bottom', 'border-bottom-width', 'margin-bottom');
  return { ...box, belowBaseline };
}

/** The part of the last line that is below its letters; null if a box of this height does not consist of lines. */
function textBelowBaseline(height: number, style: CSSStyleDeclaration, view: Window & typeof globalThis): number | null {
  const context = new view.OffscreenCanvas(1, 1).getContext('2d');
  if (!context) return null;
  context.font = style.font;
  const { fontBoundingBoxAscent, fontBoundingBoxDescent } = context.measureText('');
  const [ascent, descent] = [Math.round(fontBoundingBoxAscent), Math.round(fontBoundingBoxDescent)];
  // Not a number: `normal`.
  const given = Number.parseFloat(style.lineHeight);
  const lines = Math.round(height / (given || ascent + descent));
  const line = given || height / lines;
  if (lines < 1 || Math.abs(height - lines * line) > 1) return null;
  // The browser rounds so, too.
  return line - ascent - Math.floor((line - ascent - descent) / 2);
}
