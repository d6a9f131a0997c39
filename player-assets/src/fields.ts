// Form fields whose state does not follow from their attributes as rrweb sets them, one after the other. Called by contents.ts.

import type { attributes, eventWithTime } from '@rrweb/types';
import { EventType, IncrementalSource } from '@rrweb/types';
import type { Content, Followed } from './content';

const FOLDER = /^.*[\\/]/s;

export class Fields implements Content {
  private readonly known = new WeakSet<Element>();
  /** Fields for files, by rrweb's ids. */
  private readonly files = new Map<number, HTMLInputElement>();

  follow({ element, id, recorded }: Followed): void {
    if (element.localName !== 'input' || this.known.has(element)) return;
    this.known.add(element);
    const field = element as HTMLInputElement;
    switch (field.type) {
      case 'checkbox':
      case 'radio':
        check(field, recorded);
        break;
      case 'range':
        // The value was cut to the limits that it met, of which some came after it.
        field.setAttribute('value', field.getAttribute('value') ?? '');
        break;
      case 'file':
        this.files.set(id, field);
        choose(field, recorded.value);
    }
  }

  applied(event: eventWithTime): void {
    if (event.type !== EventType.IncrementalSnapshot || event.data.source !== IncrementalSource.Input) return;
    const field = this.files.get(event.data.id);
    if (field?.isConnected) choose(field, event.data.text);
  }
}

/** The page's own attribute is recorded as a text, what somebody has checked as `true`. */
function check(field: HTMLInputElement, { type, checked }: attributes): void {
  if (checked === undefined || type !== field.type) return;
  const isChecked = checked === true;
  if (field.checked !== isChecked) field.checked = isChecked;
}

/** Only the name of one file is known. No script may write it, but may hand over a file that is called so. */
function choose(field: HTMLInputElement, value: unknown): void {
  const view = field.ownerDocument.defaultView;
  if (!view) return;
  const name = typeof value === 'string' ? value.replace(FOLDER, '') : '';
  const chosen = new view.DataTransfer();
  if (name !== '') chosen.items.add(new view.File([], name));
  field.files = chosen.files;
}
