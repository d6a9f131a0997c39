// Formulas. Recordings do not tell the namespace of MathML's elements, and rrweb would build them as unknown ones of HTML.
// Called by player.ts.

import { intercept } from './intercept';

const NAMESPACE = 'http://www.w3.org/1998/Math/MathML';

/** Names that HTML does not have. */
const NAME = new RegExp(`^(?:${[
  'annotation', 'annotation-xml', 'maction', 'math', 'menclose', 'merror', 'mfenced', 'mfrac', 'mi', 'mmultiscripts', 'mn', 'mo',
  'mover', 'mpadded', 'mphantom', 'mprescripts', 'mroot', 'mrow', 'ms', 'mspace', 'msqrt', 'mstyle', 'msub', 'msubsup', 'msup',
  'mtable', 'mtd', 'mtext', 'mtr', 'munder', 'munderover', 'none', 'semantics',
].join('|')})$`);

/** Changes a replayed window once, before anything is built in it. */
export function buildFormulas(view: Window & typeof globalThis): void {
  intercept(view.Document.prototype, 'createElement', (original, self, args) => {
    const name = String(args[0]);
    return NAME.test(name) ? (self as Document).createElementNS(NAMESPACE, name) : original(self, args);
  });
}
