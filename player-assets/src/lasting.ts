// What stays of events when a full snapshot builds another document: rrweb builds all of them in one, and a browser keeps
// some of what was once in it. Used by skipping.ts.

import type { eventWithTime, serializedNodeWithId } from '@rrweb/types';
import { EventType, IncrementalSource, MouseInteractions, NodeType } from '@rrweb/types';
import { attributesOf } from './content';

/** `http-equiv` of elements whose `content` changes nothing for good; roots.ts disarms the last. */
const HARMLESS = /^(?:x-ua-compatible|content-type|content-security-policy.*)$/i;

const SHEETS = new Set(['link', 'style']);
const FRAMES = new Set(['iframe', 'frame', 'object', 'embed']);

interface Placed {
  node: serializedNodeWithId;
  parent: serializedNodeWithId | null;
}

/** A node and all in it. */
export function* nodesIn(root: serializedNodeWithId): Iterable<Placed> {
  const left: Placed[] = [{ node: root, parent: null }];
  for (let placed = left.pop(); placed; placed = left.pop()) {
    yield placed;
    const { node } = placed;
    if ('childNodes' in node && Array.isArray(node.childNodes)) {
      for (const child of node.childNodes) left.push({ node: child, parent: node });
    }
  }
}

export class Lasting {
  private readonly sheets = new Set<number>();
  private readonly frames = new Set<number>();
  private hasDialogs = false;

  /** Whether something may stay of an event; call for all of them, in order, until one is found. */
  isLeftBy(event: eventWithTime): boolean {
    if (event.type === EventType.FullSnapshot) return this.isLeftByNodes(event.data.node, true);
    if (event.type !== EventType.IncrementalSnapshot) return false;
    const { data } = event;
    switch (data.source) {
      case IncrementalSource.Mutation:
        return data.adds.some(({ node }) => this.isLeftByNodes(node, false))
          || data.attributes.some(({ id, attributes }) => 'http-equiv' in attributes
            || ('title' in attributes && this.sheets.has(id)));
      case IncrementalSource.MouseInteraction:
        // A frame that had the focus takes it with it.
        return this.frames.has(data.id) && (data.type === MouseInteractions.Focus || data.type === MouseInteractions.Blur);
      // Fonts are added to the document for good, a window defines a custom element once; drawings go on with the next
      // snapshot.
      case IncrementalSource.Font:
      case IncrementalSource.CustomElement:
      case IncrementalSource.CanvasMutation:
        return true;
      default:
        return false;
    }
  }

  private isLeftByNodes(root: serializedNodeWithId, isSnapshot: boolean): boolean {
    for (const { node } of nodesIn(root)) {
      // A nested document can wait for its frame over several snapshots.
      if (node.type === NodeType.Document && !(isSnapshot && node === root)) return true;
      if (node.type !== NodeType.Element) continue;
      const { id, isCustom, tagName } = node;
      const attributes = attributesOf(node);
      // A window defines a custom element once.
      if (isCustom) return true;
      if (tagName === 'canvas' && 'rr_dataURL' in attributes) return true;
      if (tagName === 'meta' && lasts(attributes['http-equiv'])) return true;
      if (SHEETS.has(tagName)) {
        // The first title chooses among alternative style sheets for good.
        if ('title' in attributes) return true;
        this.sheets.add(id);
      }
      if (FRAMES.has(tagName)) this.frames.add(id);
      if (tagName === 'dialog') this.hasDialogs = true;
      // A dialog may give the focus to a frame in it.
      if (this.hasDialogs && this.frames.size > 0) return true;
    }
    return false;
  }
}

function lasts(equivalent: unknown): boolean {
  return equivalent !== undefined && (typeof equivalent !== 'string' || !HARMLESS.test(equivalent));
}
