// Filters on what is behind an element. In a scaled page Chromium's software compositor cuts them at the scale squared
// and fills the rest with mirrored pieces, so there what is behind is shown as it is. Called by player.ts.

import { queryAll, type Roots } from './roots';
import type { ShadowRules } from './shadow_rules';

/** Stands alone as a media rule in the sheet that rrweb adds to each replayed document. */
export const BACKDROP_RULE = '@media not all { *, ::before, ::after, ::backdrop { backdrop-filter: none !important } }';

export class Backdrops {
  /** Sheets that were recorded are the page's own. */
  constructor(
    private readonly roots: Roots,
    private readonly shadowRules: ShadowRules,
    private readonly isRecorded: (style: HTMLStyleElement) => boolean,
  ) {}

  /** Call when documents were built, or are scaled otherwise than before. */
  filter(filtered: boolean): void {
    const media = filtered ? 'not all' : 'all';
    for (const page of this.roots.allDocuments()) {
      for (const style of queryAll<HTMLStyleElement>(page, ':root > style')) {
        if (this.isRecorded(style)) continue;
        if (style.sheet) setMedia(style.sheet, media);
      }
      const inShadowRoots = this.shadowRules.sheetIn(page);
      if (inShadowRoots) setMedia(inShadowRoots, media);
    }
  }
}

function setMedia(sheet: CSSStyleSheet, media: string): void {
  for (const rule of sheet.cssRules) {
    if ('media' in rule && (rule as CSSMediaRule).media.mediaText !== media) (rule as CSSMediaRule).media.mediaText = media;
  }
}
