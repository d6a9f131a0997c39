// An animated image, decoded: its frames and when each is shown. Used by animated_images.ts.

import { pictureOf } from './inline_style';

/** Frames of one image that are kept decoded as data URLs, in characters. */
const MOST_KEPT = 32 * 1024 * 1024;
/** So much of a file tells whether it can be animated, in characters of base64. */
const HEADER = 4096;

/** One frame's place: when it is next replaced is in milliseconds of playing. */
export interface Place {
  index: number;
  /** Infinity for the one on which the image stops. */
  until: number;
}

export class Film {
  private readonly pictures = new Map<number, string>();
  private kept = 0;

  /** `ends` are when each frame ends, in milliseconds of playing; `plays` is how often they are all shown. */
  private constructor(
    private readonly decoder: ImageDecoder,
    private readonly ends: readonly number[],
    private readonly plays: number,
  ) {}

  /** Opens the image of a data URL; null if it has a single frame or cannot be decoded. */
  static async open(address: string): Promise<Film | null> {
    const file = animatedFile(address);
    if (!file || !(await ImageDecoder.isTypeSupported(file.type))) return null;
    const decoder = new ImageDecoder({ ...file, preferAnimation: true });
    await Promise.all([decoder.tracks.ready, decoder.completed]);
    const track = decoder.tracks.selectedTrack;
    if (!track?.animated || track.frameCount < 2) return null;
    const ends: number[] = [];
    for (let index = 0; index < track.frameCount; index += 1) {
      const { image } = await decoder.decode({ frameIndex: index });
      ends.push((ends.at(-1) ?? 0) + (image.duration ?? 0) / 1000);
      image.close();
    }
    return (ends.at(-1) ?? 0) > 0 ? new Film(decoder, ends, track.repetitionCount + 1) : null;
  }

  /** Which frame is shown when it has been playing for `elapsed` milliseconds. */
  placeAt(elapsed: number): Place {
    const length = this.ends.at(-1) ?? 0;
    const round = Math.floor(elapsed / length);
    if (round >= this.plays) return { index: this.ends.length - 1, until: Infinity };
    const index = Math.max(0, this.ends.findIndex((end) => round * length + end > elapsed));
    const last = index === this.ends.length - 1 && round + 1 >= this.plays;
    return { index, until: last ? Infinity : round * length + (this.ends[index] ?? 0) };
  }

  /** A frame as the address of a picture. */
  async picture(index: number): Promise<string> {
    const known = this.pictures.get(index);
    if (known !== undefined) return known;
    const { image } = await this.decoder.decode({ frameIndex: index });
    const picture = pictureOf(image, image.displayWidth, image.displayHeight);
    image.close();
    if (this.kept + picture.length <= MOST_KEPT) {
      this.kept += picture.length;
      this.pictures.set(index, picture);
    }
    return picture;
  }
}

/** The bytes of a data URL, if they can be an animation. */
function animatedFile(address: string): { type: string; data: Uint8Array<ArrayBuffer> } | null {
  const [, type, body] = /^data:(image\/(?:gif|webp|png|apng|avif));base64,(.+)$/is.exec(address) ?? [];
  if (type === undefined || body === undefined) return null;
  try {
    const header = atob(body.slice(0, HEADER));
    if (!/^GIF8|acTL|ANIM|ftypavis/.test(header)) return null;
    const data = Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0));
    return { type: type.toLowerCase().replace('apng', 'png'), data };
  } catch {
    return null;
  }
}
