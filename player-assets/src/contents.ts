// All kinds of content that need our help, and how they learn what the replay does. Called by player.ts.

import type { ReplayPlugin } from 'rrweb';
import type { eventWithTime, IMirror } from '@rrweb/types';
import { EventType, IncrementalSource, NodeType } from '@rrweb/types';
import { AnimatedImages } from './animated_images';
import { Canvases } from './canvases';
import { clock } from './clock';
import type { Content } from './content';
import { FailedImages } from './failed_images';
import { InlineStyle } from './inline_style';
import { Labels } from './labels';
import { Media } from './media';
import { SvgAnimations } from './svg_animations';
import { Unrecorded } from './unrecorded';

export class Contents {
  private readonly kinds: readonly Content[];
  /** Nodes that were built or got other attributes since the last look. */
  private readonly fresh = new Set<Node>();
  private mirror: IMirror<Node> | null = null;

  constructor(warn: (...words: unknown[]) => void) {
    const style = new InlineStyle();
    const labels = new Labels(style);
    this.kinds = [
      new Unrecorded(labels),
      new FailedImages(labels),
      new AnimatedImages(style, warn),
      new SvgAnimations(),
      new Media(labels),
      new Canvases(style, labels, warn),
    ];
  }

  readonly plugin: ReplayPlugin = {
    getMirror: ({ nodeMirror }) => { this.mirror = nodeMirror; },
    onBuild: (node) => { this.fresh.add(node as Node); },
  };

  /** Notes an event of the recording: call for all of them, in order, before the replay. */
  note(event: eventWithTime): void {
    for (const kind of this.kinds) kind.note?.(event);
  }

  /** Follows an event that rrweb has just applied. */
  applied(event: eventWithTime): void {
    if (event.type === EventType.IncrementalSnapshot && event.data.source === IncrementalSource.Mutation) {
      for (const { id } of event.data.attributes) {
        const node = this.mirror?.getNode(id);
        if (node) this.fresh.add(node);
      }
    }
    this.follow();
    for (const kind of this.kinds) kind.applied?.(event);
  }

  /** Ends a moment: follows what rrweb has built by its own timers, and starts what starts now. */
  begin(now: number): void {
    this.follow();
    for (const kind of this.kinds) kind.begin?.(now);
  }

  private follow(): void {
    for (const node of this.fresh) {
      const meta = this.mirror?.getMeta(node);
      if (meta?.type !== NodeType.Element) continue;
      const followed = { element: node as Element, id: meta.id, recorded: meta.attributes, now: clock.now };
      for (const kind of this.kinds) kind.follow?.(followed);
    }
    this.fresh.clear();
  }

  /** Brings everything to a replay time. Resolves to whether something that can be seen changed. */
  async show(now: number): Promise<boolean> {
    let changed = false;
    for (const kind of this.kinds) if (await kind.show?.(now)) changed = true;
    return changed;
  }

  /** Call when the page has loaded all that it needs. */
  loaded(): void {
    for (const kind of this.kinds) kind.loaded?.();
  }

  /** The replay time before which nothing changes by itself. */
  nextChange(now: number): number {
    return Math.min(...this.kinds.map((kind) => kind.nextChange?.(now) ?? Infinity));
  }
}
