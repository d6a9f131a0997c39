// Links to style sheets that were switched off or on. rrweb builds a style element of a link whose rules were recorded, and
// there the attribute `disabled` does nothing. Called by player.ts.

import type { eventWithTime, IMirror } from '@rrweb/types';
import { EventType, IncrementalSource, NodeType } from '@rrweb/types';

/** Follows an event that rrweb has just applied. */
export function switchSheets(event: eventWithTime, mirror: IMirror<Node>): void {
  if (event.type !== EventType.IncrementalSnapshot || event.data.source !== IncrementalSource.Mutation) return;
  for (const { id, attributes } of event.data.attributes) {
    if (!('disabled' in attributes)) continue;
    const node = mirror.getNode(id);
    const meta = node && mirror.getMeta(node);
    if (meta?.type !== NodeType.Element || meta.tagName !== 'link' || node?.nodeName !== 'STYLE') continue;
    (node as HTMLStyleElement).disabled = attributes.disabled !== null;
  }
}
