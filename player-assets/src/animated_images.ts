// Animated images on the replay's clock. The browser is told to show but their first frame; we show the frame that is
// due at a session time, counted from when the image got its address. Called by contents.ts.

import type { Content, Followed } from './content';
import { isBlocked } from './content';
import { Film } from './film';
import type { InlineStyle } from './inline_style';
import { pictureInPlace } from './inline_style';

interface Playing {
  address: string;
  /** Replay time at which it got the address. */
  start: number;
  film: Film;
  shown: number | null;
}

export class AnimatedImages implements Content {
  private readonly films = new Map<string, Promise<Film | null>>();
  private readonly fresh = new Map<HTMLImageElement, { address: string; now: number }>();
  private readonly playing = new Map<HTMLImageElement, Playing>();

  constructor(
    private readonly style: InlineStyle,
    private readonly warn: (...words: unknown[]) => void,
  ) {}

  follow(followed: Followed): void {
    const { element, now } = followed;
    if (element.localName !== 'img' || isBlocked(followed)) return;
    const image = element as HTMLImageElement;
    const address = image.getAttribute('src') ?? '';
    const playing = this.playing.get(image);
    if (playing?.address === address) {
      playing.shown = null;
      return;
    }
    if (playing) this.stop(image);
    if (address.startsWith('data:')) this.fresh.set(image, { address, now });
    else this.fresh.delete(image);
  }

  async show(now: number): Promise<boolean> {
    await this.open();
    let changed = false;
    for (const [image, playing] of this.playing) {
      if (!image.isConnected) {
        this.playing.delete(image);
        continue;
      }
      const { index } = playing.film.placeAt(now - playing.start);
      if (index === playing.shown) continue;
      playing.shown = index;
      this.style.put(image, pictureInPlace(await playing.film.picture(index)));
      changed = true;
    }
    return changed;
  }

  nextChange(now: number): number {
    let next = Infinity;
    for (const { film, start } of this.playing.values()) next = Math.min(next, start + film.placeAt(now - start).until);
    return next;
  }

  private async open(): Promise<void> {
    for (const [image, { address, now: start }] of this.fresh) {
      let film = this.films.get(address);
      if (!film) {
        film = Film.open(address).catch((error: unknown) => {
          this.warn('an animated image could not be decoded:', error);
          return null;
        });
        this.films.set(address, film);
      }
      const opened = await film;
      if (opened) this.playing.set(image, { address, start, film: opened, shown: null });
    }
    this.fresh.clear();
  }

  private stop(image: HTMLImageElement): void {
    this.playing.delete(image);
    this.style.remove(image);
  }
}
