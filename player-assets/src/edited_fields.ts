// Fields that somebody has filled in, or tried to send: only these look valid or invalid by `:user-valid` and `:user-invalid`, which
// a browser knows of its own user alone. They have an attribute, which adapted_rules.ts makes rules ask for. Called by player.ts.

import type { eventWithTime } from '@rrweb/types';
import { EventType, IncrementalSource, MouseInteractions } from '@rrweb/types';
import { queryAll } from './roots';

export const EDITED = 'data-replaycast-edited';

export class EditedFields {
  /** What was changed since the focus moved last, by rrweb's ids. */
  private readonly changed = new Set<number>();

  /** Follows an event that rrweb has just applied. Returns whether fields may look otherwise. */
  applied(event: eventWithTime, nodeOf: (id: number) => Node | null): boolean {
    if (event.type === EventType.FullSnapshot) this.changed.clear();
    if (event.type !== EventType.IncrementalSnapshot) return false;
    const { data } = event;
    if (data.source === IncrementalSource.Input) this.changed.add(data.id);
    if (data.source !== IncrementalSource.MouseInteraction) return false;
    const { id, type } = data;
    if (type === MouseInteractions.Click) return mark(sentBy(nodeOf(id)));
    if (type !== MouseInteractions.Focus && type !== MouseInteractions.Blur) return false;
    const field = type === MouseInteractions.Blur && this.changed.has(id) ? nodeOf(id) : null;
    this.changed.clear();
    return mark(field ? [field as Element] : []);
  }
}

/** The fields that a press on an element sends, where the browser checks them first. */
function sentBy(node: Node | null): Iterable<Element> {
  const button = node && 'closest' in node
    ? (node as Element).closest<HTMLButtonElement | HTMLInputElement>('button, input')
    : null;
  const form = button?.type === 'submit' ? button.form : null;
  // A field may be called like a method of its form.
  if (!button || !form || Element.prototype.hasAttribute.call(form, 'novalidate')) return [];
  const fields = queryAll<HTMLInputElement>(button.getRootNode() as Document | ShadowRoot, 'input, select, textarea');
  return [...fields].filter((field) => field.form === form);
}

function mark(fields: Iterable<Element>): boolean {
  let marked = false;
  for (const field of fields) {
    field.toggleAttribute(EDITED, true);
    marked = true;
  }
  return marked;
}
