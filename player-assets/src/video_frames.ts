// A video whose data is in the recording, and its picture at any time of it. A video element is no source of exact
// pictures: for a moment after a seek it may still give the picture from before. Used by media.ts.

import type { InputVideoTrack, WrappedCanvas } from 'mediabunny';
import { BlobSource, CanvasSink, Input, MATROSKA, MP4, QTFF, WEBM } from 'mediabunny';
import { pictureOf } from './inline_style';

/** In seconds: up to here, decoding all pictures between two times is the shorter way; beyond, the next key frame is. */
const LONGEST_STEP = 2;

type Pictures = AsyncGenerator<WrappedCanvas, void, unknown>;

export class VideoFrames {
  private pictures: Pictures | null = null;
  private current: WrappedCanvas | null = null;
  /** The picture after `current`. */
  private next: WrappedCanvas | null = null;
  /** `current` as the address of an image, once it was asked for. */
  private address: string | null = null;

  /** Times are in seconds. */
  private constructor(
    private readonly sink: CanvasSink,
    readonly duration: number,
  ) {}

  /** Resolves to null for what is no video, or none that this browser can decode. */
  static async open(address: string): Promise<VideoFrames | null> {
    try {
      const source = new BlobSource(await (await fetch(address)).blob());
      const track = await new Input({ source, formats: [MP4, QTFF, WEBM, MATROSKA] }).getPrimaryVideoTrack();
      if (!track || !await track.canDecode()) return null;
      await guessColors(track);
      return new VideoFrames(new CanvasSink(track, { alpha: true }), await track.computeDuration());
    } catch {
      return null;
    }
  }

  /** The picture that is shown at a time, as the address of an image; before the first one, the first. */
  async pictureAt(time: number): Promise<string> {
    if (!this.current || time < this.current.timestamp || time > this.current.timestamp + LONGEST_STEP) await this.seek(time);
    while (this.next && this.next.timestamp <= time) await this.advance();
    this.address ??= this.current ? pictureOf(this.current.canvas, this.current.canvas.width, this.current.canvas.height) : '';
    return this.address;
  }

  private async seek(time: number): Promise<void> {
    await this.pictures?.return();
    this.pictures = this.sink.canvases(time);
    this.next = await following(this.pictures);
    await this.advance();
  }

  private async advance(): Promise<void> {
    this.current = this.next ?? this.current;
    this.next = this.pictures && await following(this.pictures);
    this.address = null;
  }
}

/** Where a file does not tell its colors, a video element goes by the size; a decoder would take all for HD. */
async function guessColors(track: InputVideoTrack): Promise<void> {
  const config = await track.getDecoderConfig();
  if (!config || config.colorSpace?.matrix || (config.codedHeight ?? 0) >= 720) return;
  const colorSpace = { primaries: 'smpte170m', transfer: 'smpte170m', matrix: 'smpte170m', fullRange: false } as const;
  track.getDecoderConfig = () => Promise.resolve({ ...config, colorSpace });
}

async function following(pictures: Pictures): Promise<WrappedCanvas | null> {
  const { value, done } = await pictures.next();
  return done ? null : value;
}
