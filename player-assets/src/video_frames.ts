// A video whose data is in the recording, and its picture at any time of it. It is decoded by an element of our own,
// outside the replayed document, that never plays. Used by media.ts.

import { realNow, realPause } from './clock';

/** The data is at hand: what is not decoded after this long (real milliseconds) never will be. */
const PATIENCE = 10_000;

export class VideoFrames {
  private readonly canvas = document.createElement('canvas');

  private constructor(private readonly video: HTMLVideoElement) {
    this.canvas.width = video.videoWidth;
    this.canvas.height = video.videoHeight;
  }

  /** Resolves to null for what this browser cannot decode. */
  static async open(address: string): Promise<VideoFrames | null> {
    const video = document.createElement('video');
    video.muted = true;
    video.preload = 'auto';
    video.src = address;
    await until(() => video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA || video.error !== null);
    return video.videoWidth > 0 && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? new VideoFrames(video) : null;
  }

  /** In seconds. */
  get duration(): number {
    return this.video.duration;
  }

  /** The picture at a time in seconds, as the address of an image. */
  async pictureAt(time: number): Promise<string> {
    const { video, canvas } = this;
    if (video.currentTime !== time) {
      video.currentTime = time;
      await until(() => !video.seeking && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA);
    }
    canvas.getContext('2d', { willReadFrequently: true })?.drawImage(video, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL();
  }
}

async function until(isDone: () => boolean): Promise<void> {
  const begun = realNow();
  while (!isDone() && realNow() - begun < PATIENCE) await realPause();
}
