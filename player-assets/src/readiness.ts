// Whether the page has everything it needs to be drawn: images, fonts and stylesheets loaded or failed for good.
// player.ts waits here after every change. Images that only stylesheets ask for are not seen from within a page;
// the Rust side knows of those, waits for them and calls again.

import type { ReplayPlugin } from 'rrweb';
import { realNow, realPause } from './clock';
import { queryAll, type Roots } from './roots';
import { keepUntilLoaded } from './until_loaded';

const STYLESHEET_LINKS = 'link[rel~="stylesheet" i]:not([rel~="alternate" i], [disabled])';
/** Nothing is ever loaded from elsewhere. */
const LOADABLE = /^(?:https?|data|blob):/i;

/** How a wait ended: nothing was loading; all has arrived; patience ran out. */
export type Waited = 'no' | 'yes' | 'in vain';

export class Readiness {
  /** What patience ran out for; it is not waited for again. */
  private readonly givenUp = new WeakSet();
  /** The address that a link has tried last; empty while its first try is under way. */
  private readonly tried = new WeakMap<HTMLLinkElement, string>();

  /** Styles of which not all that they import is there. */
  private readonly importing = new Set<HTMLStyleElement>();

  /** Whether documents may ask for what cannot be seen from within. */
  private unseen = false;

  readonly plugin: ReplayPlugin = {
    onBuild: (node) => {
      const style = styleOf(node as Node);
      if (style && /@import/i.test(style.textContent)) this.follow(style);
    },
  };

  /** Patience is in real milliseconds. */
  constructor(
    private readonly roots: Roots,
    private readonly patience: number,
    private readonly contents: { underWay(): object[] },
  ) {}

  async wait(): Promise<Waited> {
    const begun = realNow();
    let waited: Waited = 'no';
    for (let loading = this.loading(); loading.length > 0; loading = this.loading()) {
      if (realNow() - begun > this.patience) {
        for (const thing of loading) this.givenUp.add(thing);
        return 'in vain';
      }
      waited = 'yes';
      await realPause();
    }
    return waited;
  }

  /** Whether styles were built since the last call that import others, which only the Rust side sees under way. */
  takeUnseen(): boolean {
    const { unseen } = this;
    this.unseen = false;
    return unseen;
  }

  private loading(): object[] {
    const loading: object[] = [...this.roots.imagesUnderWay(), ...this.contents.underWay()];
    for (const style of this.importing) {
      if (!style.isConnected) this.importing.delete(style);
      else if (style.sheet) loading.push(style);
    }
    for (const root of this.roots.all()) {
      for (const link of queryAll<HTMLLinkElement>(root, STYLESHEET_LINKS)) {
        if (this.isUnderWay(link)) loading.push(link);
      }
    }
    for (const page of this.roots.allDocuments()) {
      // Layout is what asks for fonts; a document may be without any element.
      (page.documentElement as Element | null)?.getBoundingClientRect();
      if (page.fonts.status === 'loading') loading.push(page);
    }
    return loading.filter((thing) => !this.givenUp.has(thing));
  }

  /** Only its events tell when what a style imports is applied; that it has arrived is known before. */
  private follow(style: HTMLStyleElement): void {
    this.unseen = true;
    if (!this.importing.has(style)) keepUntilLoaded(this.importing, style);
  }

  /**
   * A link that failed has no sheet, like one that is loading, and one may have a sheet while what that imports is
   * still loading; only its events tell. One that has a sheet at the first look was there before.
   */
  private isUnderWay(link: HTMLLinkElement): boolean {
    if (!LOADABLE.test(link.href) || !/^(?:text\/css)?$/i.test(link.type)) return false;
    if (!this.tried.has(link)) {
      if (link.sheet) return false;
      this.tried.set(link, '');
      const tried = (): void => { this.tried.set(link, link.href); };
      link.addEventListener('load', tried);
      link.addEventListener('error', tried);
    }
    return this.tried.get(link) !== link.href;
  }
}

/** The style that this is, or the text of. */
function styleOf(node: Node): HTMLStyleElement | null {
  const style = node.nodeType === Node.TEXT_NODE ? node.parentNode : node;
  return style?.nodeName.toUpperCase() === 'STYLE' ? style as HTMLStyleElement : null;
}
