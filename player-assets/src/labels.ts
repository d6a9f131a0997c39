// Labels in place of what a replay cannot show: a quiet striped box of the element's own size, and words where there
// is room for them. They are backgrounds, so nothing is added to the replayed document. Used by the kinds of content.

import type { InlineStyle } from './inline_style';
import { svgUrl } from './inline_style';

export interface Label {
  title: string;
  /** What is left of the title where that is too long. */
  short: string;
  /** Smaller, below the title. */
  detail?: string | undefined;
}

/** In CSS pixels, at the sizes of letters below; wide enough for fonts that run wide. */
const TITLE_LETTER = 6.7;
const DETAIL_LETTER = 6;
const AROUND = 28;
/** Boxes smaller than this are marks and counters that nobody saw. */
const LEAST = 12;
/** In characters. */
const LONGEST_NAME = 40;

export class Labels {
  private readonly images = new Map<string, string>();

  constructor(private readonly style: InlineStyle) {}

  /** Labels an element. `own` are further properties that it needs for that. */
  put(element: Element, label: Label, own: Readonly<Record<string, string>> = {}): void {
    this.style.put(element, {
      'background-image': `url("${this.image(label)}")`,
      'background-size': '100% 100%',
      'background-repeat': 'no-repeat',
      'background-position': '0 0',
      'background-origin': 'padding-box',
      ...own,
    });
  }

  remove(element: Element): void {
    this.style.remove(element);
  }

  private image(label: Label): string {
    const key = JSON.stringify(label);
    const image = this.images.get(key) ?? svgUrl(draw(label));
    this.images.set(key, image);
    return image;
  }
}

/** The image fills the box, and its media queries are about the box: so it needs no measuring and no second look. */
function draw({ title, short, detail = '' }: Label): string {
  const room = (text: string, letter: number) => Math.ceil(text.length * letter + AROUND);
  const titled = room(title, TITLE_LETTER);
  const detailed = Math.max(titled, room(detail, DETAIL_LETTER));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%"><style>
    div { display: none; box-sizing: border-box; width: 100%; height: 100%; flex-direction: column;
      align-items: center; justify-content: center; overflow: hidden; border: 1px solid rgba(100, 116, 139, 0.4);
      background: repeating-linear-gradient(-45deg, rgba(100, 116, 139, 0.09) 0 8px, rgba(100, 116, 139, 0.17) 8px 16px) }
    p { display: none; margin: 0; padding: 2px 8px; white-space: nowrap; text-align: center; border-radius: 4px;
      font: 12px/18px system-ui, sans-serif; color: #334155; background: rgba(255, 255, 255, 0.85) }
    small { font-size: 11px; color: #64748b }
    @media (min-width: ${LEAST}px) and (min-height: ${LEAST}px) { div { display: flex } }
    @media (min-width: ${room(short, TITLE_LETTER)}px) and (min-height: 28px) { .short { display: block } }
    @media (min-width: ${titled}px) and (min-height: 28px) { .short { display: none } .long { display: block } }
    small { display: none }
    @media (min-width: ${detailed}px) and (min-height: 48px) { small { display: block } }
  </style><foreignObject width="100%" height="100%"><div xmlns="http://www.w3.org/1999/xhtml"
    ><p class="short">${escape(short)}</p><p class="long">${escape(title)}${detail && `<small>${escape(detail)}</small>`}</p
    ></div></foreignObject></svg>`;
}

function escape(text: string): string {
  return text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Whose an address is; undefined for data, and for what is relative to a page that is not known. */
export function hostOf(address: string | null | undefined): string | undefined {
  try {
    const { protocol, host } = new URL(address ?? '');
    return /^https?:$/.test(protocol) && host !== location.host ? host : undefined;
  } catch {
    return undefined;
  }
}

/** The file's name in an address, without query and fragment. */
export function fileNameOf(address: string | null | undefined): string | undefined {
  if (!address || /^(data|blob):/i.test(address)) return undefined;
  const name = address.replace(/[?#].*$/s, '').split('/').pop();
  if (!name) return undefined;
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

/** A number of pixels in an attribute; null for percentages and nonsense. */
export function pixels(value: unknown): number | null {
  return /^\s*\d+(\.\d+)?(px)?\s*$/.test(String(value)) ? Number.parseFloat(String(value)) : null;
}
