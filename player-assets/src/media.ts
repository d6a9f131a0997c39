// Videos and sounds. A video whose data is in the recording shows the picture that is due; of all others the recording
// knows the state alone: they show their poster, or a label that tells it. Called by contents.ts.

import type { eventWithTime, mediaInteractionData } from '@rrweb/types';
import { EventType, IncrementalSource, MediaInteractions } from '@rrweb/types';
import { clock } from './clock';
import type { Content, Followed } from './content';
import { isBlocked } from './content';
import type { Labels } from './labels';
import { fileNameOf } from './labels';
import { VideoFrames } from './video_frames';

export class Media implements Content {
  private readonly byId = new Map<number, Playback>();
  private readonly playbacks = new Map<HTMLMediaElement, Playback>();

  constructor(private readonly labels: Labels) {}

  follow(followed: Followed): void {
    const { element, id } = followed;
    if (isBlocked(followed)) return;
    if (element.localName === 'source') {
      const owner = element.parentElement as HTMLMediaElement | null;
      const playback = owner && this.playbacks.get(owner);
      if (playback) playback.fresh = true;
    }
    if (element.localName !== 'video' && element.localName !== 'audio') return;
    const media = element as HTMLMediaElement;
    const playback = this.playbacks.get(media) ?? new Playback(media, followed);
    playback.fresh = true;
    this.playbacks.set(media, playback);
    this.byId.set(id, playback);
  }

  applied(event: eventWithTime): void {
    if (event.type !== EventType.IncrementalSnapshot || event.data.source !== IncrementalSource.MediaInteraction) return;
    this.byId.get(event.data.id)?.interact(event.data, clock.now);
  }

  async show(now: number): Promise<boolean> {
    let changed = false;
    for (const [media, playback] of this.playbacks) {
      if (media.isConnected) changed = await playback.show(now, this.labels) || changed;
      else this.playbacks.delete(media);
    }
    return changed;
  }

  nextChange(now: number): number {
    for (const playback of this.playbacks.values()) if (playback.moves(now)) return now;
    return Infinity;
  }
}

/** One element, and where it stands. */
class Playback {
  /** Whether its source or its state may be another than what is shown. */
  fresh = true;
  private playing: boolean;
  private loop: boolean;
  private rate: number;
  /** In seconds, at replay time `at`. */
  private position: number;
  private at: number;
  private address: string | null = null;
  private frames: VideoFrames | null = null;
  private poster: string | null = null;

  constructor(private readonly media: HTMLMediaElement, { recorded, now }: Followed) {
    const { rr_mediaState: state, rr_mediaLoop: loop } = recorded;
    this.playing = state === undefined ? media.hasAttribute('autoplay') : state === 'played';
    this.loop = typeof loop === 'boolean' ? loop : media.hasAttribute('loop');
    this.rate = numberOr(1, recorded.rr_mediaPlaybackRate);
    this.position = numberOr(0, recorded.rr_mediaCurrentTime);
    this.at = now;
  }

  interact({ type, currentTime, playbackRate, loop }: mediaInteractionData, now: number): void {
    this.position = currentTime ?? this.positionAt(now);
    this.at = now;
    this.rate = playbackRate ?? this.rate;
    this.loop = loop ?? this.loop;
    if (type === MediaInteractions.Play) this.playing = true;
    if (type === MediaInteractions.Pause) this.playing = false;
    this.fresh = true;
  }

  /** Whether it shows another picture by itself. */
  moves(now: number): boolean {
    if (!this.frames || !this.playing || this.rate === 0) return false;
    return this.loop || this.positionAt(now) < this.frames.duration;
  }

  async show(now: number, labels: Labels): Promise<boolean> {
    const { fresh } = this;
    this.fresh = false;
    if (fresh) await this.open();
    if (this.frames) {
      // Shown as its poster: that has a video's size and place, also where the page fits it into another box.
      const picture = await this.frames.pictureAt(this.positionAt(now));
      if (picture === this.poster && !fresh) return false;
      this.poster = picture;
      if (this.media.getAttribute('poster') !== picture) this.media.setAttribute('poster', picture);
      return true;
    }
    if (fresh) await this.tell(labels);
    return fresh;
  }

  private async open(): Promise<void> {
    const address = addressOf(this.media);
    if (address === this.address) return;
    this.address = address;
    this.frames = /^(data|blob):/i.test(address) && this.media.localName === 'video' ? await VideoFrames.open(address) : null;
  }

  /** Tells what is not shown. */
  private async tell(labels: Labels): Promise<void> {
    const poster = this.media.getAttribute('poster');
    if (poster && await canLoad(poster, this.media.ownerDocument)) {
      labels.remove(this.media);
      return;
    }
    const name = fileNameOf(this.address);
    const state = this.playing ? 'playing' : 'paused';
    const kind = this.media.localName === 'video' ? 'Video' : 'Audio';
    labels.put(this.media, { title: `${kind}: not recorded`, short: kind, detail: name ? `${name}, ${state}` : state });
  }

  private positionAt(now: number): number {
    const position = this.playing ? this.position + ((now - this.at) / 1000) * this.rate : this.position;
    const length = this.frames?.duration ?? Infinity;
    if (this.loop && Number.isFinite(length) && length > 0) return position % length;
    return Math.max(0, Math.min(position, length));
  }
}

/** Of its own attribute, or of its first source; roots.ts keeps data from being played by the element itself. */
function addressOf(media: HTMLMediaElement): string {
  for (const element of [media, ...media.querySelectorAll('source')]) {
    const address = element.getAttribute('rr_src') ?? element.getAttribute('src');
    if (address) return address;
  }
  return '';
}

async function canLoad(address: string, page: Document): Promise<boolean> {
  const image = page.createElement('img');
  image.src = address;
  try {
    await image.decode();
    return true;
  } catch {
    return false;
  }
}

function numberOr(otherwise: number, value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}
