// The documents and shadow roots of the replay, and what we change in each replayed window before rrweb fills it.
// animations.ts, readiness.ts and player.ts ask it where to look.

import { intercept, interceptSetting } from './intercept';

const FRAME_ELEMENTS = new Set(['IFRAME', 'FRAME', 'OBJECT', 'EMBED']);
const FRAME_ADDRESSES = new Set(['src', 'srcdoc', 'data']);
const MEDIA_ELEMENTS = new Set(['VIDEO', 'AUDIO', 'SOURCE']);
/** With the attribute `loading` these wait until they are seen; on all others it is the page's own. */
const LOADED_LATE = new Set(['IMG', 'IFRAME', 'VIDEO', 'AUDIO']);

/** Whether an attribute is to be kept under another name, under which it does nothing. */
function isDisarmed(tag: string, name: string, value: string): boolean {
  if (FRAME_ELEMENTS.has(tag)) return FRAME_ADDRESSES.has(name);
  // It would play on its own clock; media.ts shows what is due.
  if (MEDIA_ELEMENTS.has(tag)) return name === 'src' && /^\s*(data|blob):/i.test(value);
  // It would be about our page: what rrweb builds of sheets, for one, is inline. rrweb knows one way of writing it.
  return tag === 'META' && name === 'http-equiv' && /^content-security-policy/i.test(value);
}

/** All that match, also where an element of the document hides its methods by being called like one. */
export function queryAll<E extends Element = Element>(root: Document | ShadowRoot, selector: string): Iterable<E> {
  const query = Reflect.get(prototypeOf(root), 'querySelectorAll') as (selector: string) => Iterable<E>;
  return Reflect.apply(query, root, [selector]);
}

/** The animations within a document or a shadow root, found in the same way. */
export function animationsIn(root: Document | ShadowRoot): Animation[] {
  return prototypeOf(root).getAnimations.call(root);
}

/** The style sheets of a document or a shadow root but those that are adopted. */
export function styleSheetsIn(root: Document | ShadowRoot): Iterable<CSSStyleSheet> {
  return Reflect.get(prototypeOf(root), 'styleSheets', root) as Iterable<CSSStyleSheet>;
}

function prototypeOf(root: Document | ShadowRoot): Document | ShadowRoot {
  const isShadowRoot = Object.prototype.toString.call(root) === '[object ShadowRoot]';
  return isShadowRoot ? ShadowRoot.prototype : Document.prototype;
}

export type ReplayedWindow = Window & typeof globalThis & { replaycastPrepared?: true };

export class Roots {
  private readonly documents = new Set<Document>();
  private readonly shadowRoots = new Set<ShadowRoot>();
  private readonly pendingImages = new Set<HTMLImageElement>();

  constructor(
    private readonly page: Document,
    private readonly onBlocked: (event: SecurityPolicyViolationEvent) => void,
    private readonly onWindow: (view: ReplayedWindow) => void,
  ) {
    this.documents.add(page);
  }

  all(): (Document | ShadowRoot)[] {
    return [...this.documents, ...this.shadowRoots];
  }

  allDocuments(): Iterable<Document> {
    return this.documents;
  }

  /** Images that are loading, in the documents or still outside them (rrweb paints recorded canvases from such). */
  imagesUnderWay(): HTMLImageElement[] {
    for (const image of this.pendingImages) if (image.complete) this.pendingImages.delete(image);
    const loading = [...this.pendingImages];
    for (const root of this.all()) {
      for (const image of queryAll<HTMLImageElement>(root, 'img')) if (!image.complete) loading.push(image);
    }
    return loading;
  }

  /** Looks again, after the structure of the replayed page changed. */
  refresh(replayed: HTMLIFrameElement): void {
    this.documents.clear();
    this.documents.add(this.page);
    this.addFrame(replayed);
    for (const root of this.shadowRoots) if (!root.host.isConnected) this.shadowRoots.delete(root);
    for (const root of this.shadowRoots) this.addFramesIn(root);
  }

  private addFrame(frame: HTMLIFrameElement): void {
    const view = frame.contentWindow as ReplayedWindow | null;
    const inner = frame.contentDocument;
    if (!view || !inner) return;
    this.prepare(view);
    if (this.documents.has(inner)) return;
    this.documents.add(inner);
    inner.removeEventListener('securitypolicyviolation', this.onBlocked);
    inner.addEventListener('securitypolicyviolation', this.onBlocked);
    this.addFramesIn(inner);
  }

  private addFramesIn(root: Document | ShadowRoot): void {
    for (const frame of queryAll<HTMLIFrameElement>(root, 'iframe')) this.addFrame(frame);
  }

  /** Changes a replayed window once: nothing in it may navigate, play or scroll by itself, or load only when seen. */
  prepare(view: ReplayedWindow): void {
    if (view.replaycastPrepared) return;
    view.replaycastPrepared = true;
    this.onWindow(view);
    const { shadowRoots, pendingImages } = this;
    const elements = view.Element.prototype;

    intercept(elements, 'attachShadow', (original, self, args) => {
      const root = original(self, args) as ShadowRoot;
      shadowRoots.add(root);
      return root;
    });

    intercept(elements, 'setAttribute', (original, self, [name, value]) => {
      const tag = (self as Element).tagName.toUpperCase();
      const lower = String(name).toLowerCase();
      if (lower === 'loading' && LOADED_LATE.has(tag)) return;
      if (tag === 'LINK') {
        if (lower === 'crossorigin') return;
        // Only the rules of sheets that are asked for so can be read, and all assets are answered so that they can.
        if (lower === 'href') original(self, ['crossorigin', 'anonymous']);
      }
      original(self, [isDisarmed(tag, lower, String(value)) ? `rr_${lower}` : name, value]);
    });

    interceptSetting(view.HTMLImageElement.prototype, 'src', (original, self, args) => {
      original(self, args);
      pendingImages.add(self as HTMLImageElement);
    });

    for (const scroller of [view, elements]) {
      intercept(scroller, 'scrollTo', (original, self, [x, y]) => {
        const options = typeof x === 'object' ? x : { left: x, top: y };
        original(self, [{ ...options, behavior: 'instant' }]);
      });
    }
  }
}
