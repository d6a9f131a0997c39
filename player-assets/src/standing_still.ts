// What a browser moves on its own clock, without an animation that could be taken over: marquees, and progress bars that
// do not tell how far they are. They stand still where they begin. Called by contents.ts.

import type { Content, Followed } from './content';
import type { InlineStyle } from './inline_style';
import { pictureInPlace, svgUrl } from './inline_style';

/** The browser's own bar at its first moment. */
const BEGINNING = svgUrl(`<svg xmlns="http://www.w3.org/2000/svg"><style>
  rect { x: 0.5px; y: 0.5px; width: calc(100% - 1px); height: calc(100% - 1px); rx: 40px; fill: #efefef; stroke: #b2b2b2 }
  .done { width: 20%; fill: #0075ff; stroke: #3676ba }
</style><rect/><rect class="done"/></svg>`);

/** What we use of a marquee, which TypeScript calls deprecated. */
interface Marquee extends Element {
  stop(): void;
}

export class StandingStill implements Content {
  private readonly marquees = new Set<Marquee>();
  private readonly freshBars = new Set<HTMLProgressElement>();

  constructor(private readonly style: InlineStyle) {}

  follow({ element }: Followed): void {
    if (element.localName === 'marquee') this.marquees.add(element as Marquee);
    if (element.localName === 'progress') this.freshBars.add(element as HTMLProgressElement);
  }

  /** A marquee starts in the first frame after it came into the document. */
  begin(): void {
    for (const marquee of this.marquees) {
      if (marquee.isConnected) marquee.stop();
      else this.marquees.delete(marquee);
    }
  }

  show(): boolean {
    let changed = false;
    for (const bar of this.freshBars) {
      this.style.remove(bar);
      if (!bar.isConnected || !movesByItself(bar)) continue;
      this.style.put(bar, { appearance: 'none', ...pictureInPlace(BEGINNING) });
      changed = true;
    }
    this.freshBars.clear();
    return changed;
  }
}

/** One that a page has styled is drawn as boxes, which do not move. */
function movesByItself(bar: HTMLProgressElement): boolean {
  if (bar.hasAttribute('value')) return false;
  const style = bar.ownerDocument.defaultView?.getComputedStyle(bar);
  return style?.appearance === 'auto' && style.borderStyle === 'none'
    && style.backgroundImage === 'none' && style.backgroundColor === 'rgba(0, 0, 0, 0)';
}
