// Parts of other files that SVG shows by `use`, such as icons of a sprite sheet. Browsers load these from a document's own origin
// only, and that of the replayed documents is ours: so each address is put behind one of ours, at which `browser/gatekeeper.rs`
// gives the recorded one's image. Called by contents.ts.

import type { eventWithTime } from '@rrweb/types';
import { EventType } from '@rrweb/types';
import type { Content, Followed } from './content';
import { keepUntilLoaded } from './until_loaded';

const SVG = 'http://www.w3.org/2000/svg';
const XLINK = 'http://www.w3.org/1999/xlink';
/** The gatekeeper knows it, too. */
const SAME_ORIGIN = '/.replaycast/same-origin/';

export class Sprites implements Content {
  /** Of the recorded page; empty until it is known. */
  private origin = '';
  /** Parts whose file is not there yet. */
  private readonly loading = new Set<Element>();

  note(event: eventWithTime): void {
    this.origin ||= originOf(event);
  }

  applied(event: eventWithTime): void {
    this.origin = originOf(event) || this.origin;
  }

  follow({ element }: Followed): void {
    if (element.localName !== 'use' || element.namespaceURI !== SVG) return;
    // What loaded for another address tells of no end.
    if (!element.getAttribute('href')?.includes(SAME_ORIGIN) && !element.getAttribute('xlink:href')?.includes(SAME_ORIGIN)) {
      this.loading.delete(element);
    }
    const href = this.carried(element.getAttribute('href'));
    if (href !== null) {
      element.setAttribute('href', href);
      keepUntilLoaded(this.loading, element);
    }
    const xlink = this.carried(element.getAttribute('xlink:href'));
    if (xlink === null) return;
    // rrweb changes it without its namespace; then it would do nothing.
    element.removeAttribute('xlink:href');
    element.setAttributeNS(XLINK, 'xlink:href', xlink);
    keepUntilLoaded(this.loading, element);
  }

  /** A file that holds images is there only some time after it has arrived, which its event tells. */
  underWay(): Element[] {
    return [...this.loading].filter((element) => element.isConnected && element.ownerDocument.defaultView);
  }

  /** Null for what a browser would not have loaded, or can load as it is. */
  private carried(recorded: string | null): string | null {
    if (recorded === null || !URL.canParse(recorded)) return null;
    const { protocol, origin, hash, href } = new URL(recorded);
    if (!/^https?:$/.test(protocol) || origin !== this.origin || origin === location.origin || hash === '') return null;
    return `${location.origin}${SAME_ORIGIN}${href}`;
  }
}

/** Empty for events that do not tell. */
function originOf(event: eventWithTime): string {
  return event.type === EventType.Meta && URL.canParse(event.data.href) ? new URL(event.data.href).origin : '';
}
