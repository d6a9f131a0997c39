// Custom elements that the page defines while it is recorded. rrweb defines those that are when it builds a node; what pages hide
// until then (`:not(:defined)`) would never be seen. Called by player.ts.

import type { eventWithTime } from '@rrweb/types';
import { EventType, IncrementalSource } from '@rrweb/types';

/** Follows an event that rrweb has just applied. It does not tell in which window. */
export function defineElements(event: eventWithTime, documents: Iterable<Document>): void {
  if (event.type !== EventType.IncrementalSnapshot || event.data.source !== IncrementalSource.CustomElement) return;
  const name = event.data.define?.name;
  if (name === undefined) return;
  for (const { defaultView: view } of documents) {
    if (!view || view === window || view.customElements.get(name)) continue;
    view.customElements.define(name, class extends view.HTMLElement {});
  }
}
