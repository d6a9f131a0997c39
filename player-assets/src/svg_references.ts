// What SVG elements take from others of their own document: the stops of another gradient, the path of a text. The recorder
// makes full addresses of `href="#id"`, which browsers look for in another document. Called by contents.ts.

import type { Content, Followed } from './content';

const SVG = 'http://www.w3.org/2000/svg';
/** Those for which browsers load no other document. `use` keeps what it refers to. */
const REFERRING = new Set([
  'animate', 'animateMotion', 'animateTransform', 'filter', 'linearGradient', 'mpath', 'pattern', 'radialGradient', 'set', 'textPath',
]);

export class SvgReferences implements Content {
  follow({ element }: Followed): void {
    if (element.namespaceURI !== SVG || !REFERRING.has(element.localName)) return;
    const href = element.getAttribute('href');
    const part = href?.slice(href.indexOf('#'));
    if (part?.startsWith('#') && part !== href) element.setAttribute('href', part);
  }
}
