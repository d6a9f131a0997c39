// Our values of style properties over the recorded ones of an element. rrweb may write over ours at any time: whoever
// put them puts them again when the element's attributes change. Used by the kinds of content and labels.ts.

interface Property {
  value: string;
  priority: string;
}

interface Covered {
  recorded: Property;
  /** As the browser gives it back. */
  ours: string;
}

export class InlineStyle {
  private readonly covered = new WeakMap<Element, Map<string, Covered>>();

  /** Puts these values, `!important`, over those of the element, instead of what was put before. */
  put(element: Element, properties: Readonly<Record<string, string>>): void {
    const { style } = element as HTMLElement;
    this.remove(element);
    const covered = new Map<string, Covered>();
    for (const [name, value] of Object.entries(properties)) {
      const recorded = { value: style.getPropertyValue(name), priority: style.getPropertyPriority(name) };
      style.setProperty(name, value, 'important');
      covered.set(name, { recorded, ours: style.getPropertyValue(name) });
    }
    this.covered.set(element, covered);
  }

  /** Takes them away, so that the recorded ones hold again. */
  remove(element: Element): void {
    const { style } = element as HTMLElement;
    for (const [name, { recorded, ours }] of this.covered.get(element) ?? []) {
      if (style.getPropertyValue(name) === ours) style.setProperty(name, recorded.value, recorded.priority);
    }
    this.covered.delete(element);
  }
}

/** A CSS value for a picture in an element's place: `content` gives it the picture's size, as an `img` has it. */
export function pictureInPlace(url: string): Readonly<Record<string, string>> {
  return { content: `url("${url}")` };
}

/** What a browser can draw, as the address of a picture. */
export function pictureOf(source: CanvasImageSource, width: number, height: number): string {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d', { willReadFrequently: true })?.drawImage(source, 0, 0);
  return canvas.toDataURL();
}

/** An image of nothing with a size of its own, in CSS pixels. */
export function emptyPicture(width: number, height: number): string {
  return svgUrl(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"/>`);
}

export function svgUrl(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
