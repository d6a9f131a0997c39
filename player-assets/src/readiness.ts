// Whether the page has everything it needs to be drawn: images, fonts and stylesheets loaded or failed for good.
// player.ts waits here after every change.

import { realNow, realPause } from './clock';
import type { Roots } from './roots';

/** Nothing comes over a network, so what is not there after this long (real milliseconds) never will be. */
const PATIENCE = 10_000;

/** Other stylesheet links are refused at once; these load from the recording itself. */
const INLINED_STYLESHEETS = ['data:', 'blob:']
  .map((scheme) => `link[rel~="stylesheet" i][href^="${scheme}" i]:not([disabled])`)
  .join();

export class Readiness {
  /** What patience ran out for; it is not waited for again. */
  private readonly givenUp = new WeakSet();

  constructor(private readonly roots: Roots) {}

  /** Resolves to true when all is there, to false when patience ran out. */
  async wait(): Promise<boolean> {
    const begun = realNow();
    for (let loading = this.loading(); loading.length > 0; loading = this.loading()) {
      if (realNow() - begun > PATIENCE) {
        for (const thing of loading) this.givenUp.add(thing);
        return false;
      }
      await realPause();
    }
    return true;
  }

  private loading(): object[] {
    const loading: object[] = this.roots.imagesUnderWay();
    for (const root of this.roots.all()) {
      for (const link of root.querySelectorAll<HTMLLinkElement>(INLINED_STYLESHEETS)) {
        if (!link.sheet) loading.push(link);
      }
    }
    for (const page of this.roots.allDocuments()) {
      // Layout is what asks for fonts; a document may be without any element.
      (page.documentElement as Element | null)?.getBoundingClientRect();
      if (page.fonts.status === 'loading') loading.push(page);
    }
    return loading.filter((thing) => !this.givenUp.has(thing));
  }
}
