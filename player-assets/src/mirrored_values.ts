// What a page wrote into its form fields past the recorder. Some frameworks (React) keep the attribute `value` equal to what
// stands in a field; then the attribute tells when a script empties a field, which the browser does not follow once
// something was typed. Called by contents.ts.

import type { eventWithTime } from '@rrweb/types';
import { EventType, IncrementalSource } from '@rrweb/types';
import type { Content, Followed } from './content';

type Field = HTMLInputElement | HTMLTextAreaElement;

export class MirroredValues implements Content {
  /** What stands in each field, by rrweb's ids, as the events that are noted tell. */
  private readonly values = new Map<number, string>();
  /** Those whose attribute was seen to follow. */
  private readonly mirrored = new Set<number>();
  /** The values that only attributes tell, by event and id. */
  private readonly written = new WeakMap<eventWithTime, Map<number, string>>();
  /** By rrweb's ids. */
  private readonly fields = new Map<number, Field>();

  note(event: eventWithTime): void {
    if (event.type === EventType.FullSnapshot) {
      this.values.clear();
      this.mirrored.clear();
    }
    if (event.type !== EventType.IncrementalSnapshot) return;
    const { data } = event;
    if (data.source === IncrementalSource.Input) this.values.set(data.id, data.text);
    if (data.source !== IncrementalSource.Mutation) return;
    for (const { id, attributes: { value } } of data.attributes) {
      if (typeof value === 'string' && this.values.has(id)) this.noteAttribute(event, id, value);
    }
  }

  private noteAttribute(event: eventWithTime, id: number, value: string): void {
    if (this.values.get(id) === value) {
      this.mirrored.add(id);
    } else if (this.mirrored.has(id)) {
      this.values.set(id, value);
      const written = this.written.get(event) ?? new Map<number, string>();
      this.written.set(event, written.set(id, value));
    }
  }

  follow({ element, id }: Followed): void {
    if (element.localName === 'input' || element.localName === 'textarea') this.fields.set(id, element as Field);
  }

  applied(event: eventWithTime): void {
    for (const [id, value] of this.written.get(event) ?? []) {
      const field = this.fields.get(id);
      if (field?.isConnected) field.value = value;
    }
  }
}
