// Whether the page has everything it needs to be drawn: images, fonts and stylesheets loaded or failed for good.
// player.ts waits here after every change.

import { realPause } from './clock';
import type { Roots } from './roots';

/** Nothing comes over a network, so what is not there after this long (real milliseconds) never will be. */
const PATIENCE = 10_000;

const realNow = Date.now.bind(Date);

/** Resolves to true when all is there, to false when patience ran out. */
export async function ready(roots: Roots): Promise<boolean> {
  const begun = realNow();
  while (somethingLoads(roots)) {
    if (realNow() - begun > PATIENCE) return false;
    await realPause();
  }
  return true;
}

function somethingLoads(roots: Roots): boolean {
  if (roots.imagesUnderWay().length > 0) return true;
  for (const page of roots.allDocuments()) {
    // Layout is what asks for fonts.
    (page.documentElement as Element | null)?.getBoundingClientRect();
    if (page.fonts.status === 'loading') return true;
  }
  return false;
}
