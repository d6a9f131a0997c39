// Rules for what the mouse is over. The browser's own mouse never moves, so in every rule `:hover` becomes the class that
// hovering.ts gives. rrweb does so in the text of style elements only, and adds what it should replace: with
// `:not(:hover)`, too, or where a class is called `dark:hover:…`, that shows something else. In the same way rules for fields that
// somebody filled in ask for the attribute of edited_fields.ts. And media queries for scripts, which ran where they were
// recorded and cannot here. Called by player.ts.

import { EDITED } from './edited_fields';
import { HOVER_CLASS } from './hovering';
import { intercept } from './intercept';
import { type ReplayedWindow, type Roots, styleSheetsIn } from './roots';

/** Escaped characters and strings are passed over. */
const BY_USER = /\\[^]|"(?:\\[^]|[^"\\])*"|:(?:hover|user-invalid|user-valid)(?![\w-])/g;
/** As specific as what they stand for. */
const ADAPTED = new Map([
  [':hover', `.${CSS.escape(HOVER_CLASS)}`],
  [':user-invalid', `:invalid:where([${EDITED}])`],
  [':user-valid', `:valid:where([${EDITED}])`],
]);
/** A media feature, and its value. */
const SCRIPTING = /\(\s*scripting\s*(?::\s*([\w-]+)\s*)?\)/gi;
/** What is always so, in its place. */
const ALWAYS = '(min-width: 0px)';

/** What rules can lie in. */
interface RuleList {
  readonly cssRules: CSSRuleList;
}

export class AdaptedRules {
  private readonly adapted = new WeakSet<CSSStyleSheet>();

  constructor(private readonly roots: Roots) {}

  /** Changes a window once, so that rules which scripts write there are adapted as they come. */
  prepare(view: ReplayedWindow): void {
    for (const lists of [view.CSSStyleSheet.prototype, view.CSSGroupingRule.prototype]) {
      intercept(lists, 'insertRule', (original, self, args) => {
        const index = original(self, args) as number;
        const rule = (self as RuleList).cssRules[index];
        if (rule && mayMatter(args[0])) this.adaptRule(rule);
        return index;
      });
    }
    for (const replacing of ['replace', 'replaceSync']) {
      intercept(view.CSSStyleSheet.prototype, replacing, (original, self, args) => {
        const replaced = original(self, args);
        if (mayMatter(args[0])) this.adaptList(self as CSSStyleSheet);
        return replaced;
      });
    }
  }

  /** Adapts the sheets that have come since the last call. */
  adapt(): void {
    for (const root of this.roots.all()) {
      for (const sheet of styleSheetsIn(root)) this.adaptSheet(sheet);
    }
  }

  private adaptSheet(sheet: CSSStyleSheet): void {
    const rules = this.adapted.has(sheet) ? null : rulesOf(sheet);
    if (!rules) return;
    this.adapted.add(sheet);
    adaptMedia(sheet.media);
    const text = sheet.ownerNode?.nodeName.toUpperCase() === 'STYLE' ? sheet.ownerNode.textContent : null;
    if (text === null || mayMatter(text)) this.adaptList({ cssRules: rules });
  }

  private adaptList({ cssRules }: RuleList): void {
    for (const rule of cssRules) this.adaptRule(rule);
  }

  private adaptRule(rule: CSSRule): void {
    if ('selectorText' in rule) {
      const { selectorText } = rule as CSSStyleRule;
      if (mayMatter(selectorText)) {
        (rule as CSSStyleRule).selectorText = selectorText.replace(BY_USER, (found) => ADAPTED.get(found) ?? found);
      }
    }
    if ('media' in rule) adaptMedia((rule as CSSMediaRule | CSSImportRule).media);
    if ('cssRules' in rule) this.adaptList(rule as CSSRule & RuleList);
  }
}

function mayMatter(text: unknown): boolean {
  return /:hover|:user-|scripting/i.test(String(text));
}

function adaptMedia(media: MediaList): void {
  const { mediaText } = media;
  const adapted = mediaText.replace(SCRIPTING, (_, value: string | undefined) => (
    value === undefined || value.toLowerCase() === 'enabled' ? ALWAYS : `(not ${ALWAYS})`
  ));
  if (adapted !== mediaText) media.mediaText = adapted;
}

/** Null for sheets of other sites that do not let themselves be read. */
function rulesOf(sheet: CSSStyleSheet): CSSRuleList | null {
  try {
    return sheet.cssRules;
  } catch {
    return null;
  }
}
