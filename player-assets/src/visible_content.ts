// Whether the replayed documents have anything that should be seen. If so, a picture of one colour is suspicious.
// player.ts has it look after each full snapshot and at the end.

import { queryAll, type Roots } from './roots';

const PICTURES = new Set(['IMG', 'svg', 'CANVAS', 'VIDEO', 'INPUT', 'TEXTAREA', 'SELECT', 'PROGRESS', 'METER', 'HR']);

export class VisibleContent {
  /** Whether there was something at one of the looks. */
  found = false;

  constructor(private readonly roots: Roots) {}

  look(): void {
    for (const root of this.roots.all()) {
      if (this.found) return;
      if (root !== document) this.found = showsSomething(root);
    }
  }
}

function showsSomething(root: Document | ShadowRoot): boolean {
  const view = ('defaultView' in root ? root : root.ownerDocument).defaultView;
  if (!view) return false;
  for (const element of queryAll(root, 'defaultView' in root ? 'body, body *' : '*')) {
    const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
    const inside = right > 0 && bottom > 0 && left < view.innerWidth && top < view.innerHeight;
    if (width < 1 || height < 1 || !inside) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (PICTURES.has(element.tagName) || hasText(element)) return true;
    // What covers the whole window makes a picture of one colour by itself.
    const covers = left <= 0 && top <= 0 && right >= view.innerWidth && bottom >= view.innerHeight;
    if (!covers && hasBackground(view.getComputedStyle(element))) return true;
  }
  return false;
}

function hasText(element: Element): boolean {
  return [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && /\S/.test(node.nodeValue ?? ''));
}

function hasBackground({ backgroundColor, backgroundImage }: CSSStyleDeclaration): boolean {
  return backgroundImage !== 'none' || !/^(transparent|rgba\(.*, 0\))$/.test(backgroundColor);
}
