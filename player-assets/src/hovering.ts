// The elements that the mouse is over: the one that the recording names, and all that it lies in, out of shadow roots and
// nested documents, too. They have a class, as with rrweb, which adapted_rules.ts makes rules ask for. Used by pointer.ts.

/** rrweb's. */
export const HOVER_CLASS = ':hover';

export class Hovering {
  private hovered = new Set<Element>();

  /** The replayed window's frame is not part of the recorded page. */
  constructor(private readonly outermost: HTMLIFrameElement) {}

  /** Returns whether other elements are hovered than before. */
  moveTo(node: Node): boolean {
    const before = this.hovered;
    this.hovered = new Set(this.pathFrom(node));
    let changed = false;
    for (const element of before) {
      if (this.hovered.has(element)) continue;
      element.classList.remove(HOVER_CLASS);
      changed = true;
    }
    return this.restore() || changed;
  }

  /** Call when attributes may have changed: a recorded class takes the place of ours. Returns whether one was missing. */
  restore(): boolean {
    let missing = false;
    for (const { classList } of this.hovered) {
      if (classList.contains(HOVER_CLASS)) continue;
      classList.add(HOVER_CLASS);
      missing = true;
    }
    return missing;
  }

  private *pathFrom(node: Node): Iterable<Element> {
    for (let at: Node | null = node; at; at = this.around(at)) if (isElement(at)) yield at;
  }

  private around(node: Node): Node | null {
    if (isElement(node) && node.assignedSlot) return node.assignedSlot;
    if ('host' in node && node.nodeType === Node.DOCUMENT_FRAGMENT_NODE) return (node as ShadowRoot).host;
    if (node.nodeType !== Node.DOCUMENT_NODE) return node.parentNode;
    const frame = (node as Document).defaultView?.frameElement ?? null;
    return frame === this.outermost ? null : frame;
  }
}

function isElement(node: Node): node is Element {
  return node.nodeType === Node.ELEMENT_NODE;
}
