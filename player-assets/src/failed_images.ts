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
    const sizes = failed.map((image) => sizeOf(image));
    failed.forEach((image, index) => {
      const size = sizes[index];
      if (!size) return;
      const label = { title: 'Image not available', short: 'Image', detail: hostOf(addressOf(image)) };
      this.labels.put(image, label, pictureInPlace(emptyPicture(size.width, size.height)));
      this.labelled.add(image);
      this.watched.delete(image);
    });
  }
}

function addressOf(image: HTMLImageElement): string {
  return image.currentSrc || image.src || image.srcset;
}

/**
 * The size that the picture would have had, as far as the page says it; else that of the box without it. Undefined as
 * long as the page does not show it.
 */
function sizeOf(image: HTMLImageElement): { width: number; height: number } | undefined {
  const width = pixels(image.getAttribute('width'));
  const height = pixels(image.getAttribute('height'));
  if (width !== null && height !== null) return { width, height };
  if (image.getClientRects().length === 0) return undefined;
  const style = image.ownerDocument.defaultView?.getComputedStyle(image);
  const around = (...names: string[]) => names.reduce(
    (sum, name) => sum + (Number.parseFloat(style?.getPropertyValue(name) ?? '') || 0), 0);
  return {
    width: Math.max(0, image.offsetWidth - around('padding-left', 'padding-right', 'border-left-width', 'border-right-width')),
    height: Math.max(0, image.offsetHeight - around('padding-top', 'padding-bottom', 'border-top-width', 'border-bottom-width')),
  };
}
