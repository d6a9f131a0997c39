// The rules by which a document is laid out (quirks mode), which its doctype chooses when it is parsed. rrweb builds
// documents without a parser, and writes a doctype only for some of those that were recorded without one. Called by player.ts.

import type { documentNode, serializedNodeWithId } from '@rrweb/types';
import { NodeType } from '@rrweb/types';

/** Never what was recorded: it is written into the document as text. */
const QUIRKS = '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN" "">';
const LIMITED_QUIRKS = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "">';

/** With a system identifier; those without one have `BackCompat` as their mode. */
const LIMITED = /^-\/\/W3C\/\/DTD (?:XHTML 1\.0|HTML 4\.01) (?:Frameset|Transitional)\/\//i;

/**
 * Call before a document is built in `page` from `recorded`: gives it the doctype as soon as it is opened. Returns what is
 * to be built.
 */
export function withDoctype<Recorded extends serializedNodeWithId>(page: Document, recorded: Recorded): Recorded {
  if (recorded.type !== NodeType.Document) return recorded;
  const doctype = doctypeOf(recorded);
  if (doctype === null) return recorded;
  const openOnce = (): Document => {
    Reflect.deleteProperty(page, 'open');
    page.open();
    // Nothing else chooses the rules.
    Reflect.apply(Reflect.get<Document, string>(page, 'write') as CallableFunction, page, [doctype]);
    return page;
  };
  Object.assign(page, { open: openOnce });
  const childNodes = recorded.childNodes.filter(({ type }) => type !== NodeType.DocumentType);
  return { ...recorded, childNodes, compatMode: undefined };
}

function doctypeOf({ compatMode, childNodes }: documentNode): string | null {
  if (compatMode === 'BackCompat') return QUIRKS;
  for (const child of childNodes) {
    if (child.type === NodeType.DocumentType && LIMITED.test(child.publicId)) return LIMITED_QUIRKS;
  }
  return null;
}
