// Our rules for the replayed documents, in their shadow roots, which a document's rules do not reach. They are adopted
// beside what the recording has adopted there. Called by roots.ts.

import { intercept, interceptSetting } from './intercept';

export class ShadowRules {
  private readonly sheets = new WeakMap<Document, CSSStyleSheet>();

  constructor(private readonly rules: readonly string[]) {}

  /** Changes a replayed window once, before it has shadow roots. */
  prepare(view: Window & typeof globalThis): void {
    interceptSetting(view.ShadowRoot.prototype, 'adoptedStyleSheets', (original, self, [recorded]) => {
      const ours = this.sheetFor((self as ShadowRoot).ownerDocument, view);
      original(self, [[...(recorded as Iterable<CSSStyleSheet>), ours]]);
    });
    intercept(view.Element.prototype, 'attachShadow', (original, self, args) => {
      const root = original(self, args) as ShadowRoot;
      root.adoptedStyleSheets = [];
      return root;
    });
  }

  /** The one that all shadow roots of a document share, if it has any. */
  sheetIn(page: Document): CSSStyleSheet | undefined {
    return this.sheets.get(page);
  }

  private sheetFor(page: Document, view: Window & typeof globalThis): CSSStyleSheet {
    let sheet = this.sheets.get(page);
    if (!sheet) {
      sheet = new view.CSSStyleSheet();
      this.rules.forEach((rule, index) => sheet?.insertRule(rule, index));
      this.sheets.set(page, sheet);
    }
    return sheet;
  }
}
