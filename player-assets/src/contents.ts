// All kinds of content that need our help, and how they learn what the replay does. Called by player.ts.

import type { ReplayPlugin } from 'rrweb';
import type { eventWithTime, IMirror } from '@rrweb/types';
import { EventType, IncrementalSource, NodeType } from '@rrweb/types';
import { AnimatedImages } from './animated_images';
import { Canvases } from './canvases';
import { clock } from './clock';
import { attributesOf, type Content } from './content';
import { Dialogs } from './dialogs';
import { FailedImages } from './failed_images';
import { Fields } from './fields';
import { InlineStyle } from './inline_style';
import { Labels } from './labels';
import { Media } from './media';
import { MirroredValues } from './mirrored_values';
import { Sprites } from './sprites';
import { StandingStill } from './standing_still';
import { SvgAnimations } from './svg_animations';
import { SvgReferences } from './svg_references';
import { Unrecorded } from './unrecorded';

export class Contents {
  private readonly kinds: readonly Content[];
  /** Nodes that were built or got other attributes since the last look. */
  private readonly fresh = new Set<Node>();
  private mirror: IMirror<Node> | null = null;

  constructor(private readonly warn: (...words: unknown[]) => void) {
    const style = new InlineStyle();
    const labels = new Labels(style);
    this.kinds = [
      new Unrecorded(labels),
      new FailedImages(labels),
      new AnimatedImages(style, warn),
      new Dialogs(),
      new Sprites(),
      new SvgReferences(),
      new SvgAnimations(),
      new Media(labels),
      new Canvases(style, labels, warn),
      new Fields(),
      new MirroredValues(),
      new StandingStill(style),
    ];
  }

  readonly plugin: ReplayPlugin = {
    getMirror: ({ nodeMirror }) => { this.mirror = nodeMirror; },
    onBuild: (node) => { this.fresh.add(node as Node); },
  };

  /** Notes an event of the recording: call for all of them, in order, before the replay. */
  note(event: eventWithTime): void {
    this.each((kind) => { kind.note?.(event); });
  }

  /** Follows an event that rrweb has just applied. */
  applied(event: eventWithTime): void {
    for (const id of changedBy(event)) {
      const node = this.mirror?.getNode(id);
      if (node) this.fresh.add(node);
    }
    this.follow();
    this.each((kind) => { kind.applied?.(event); });
  }

  /** Ends a moment: follows what rrweb has built by its own timers, and starts what starts now. */
  begin(now: number): void {
    this.follow();
    this.each((kind) => { kind.begin?.(now); });
  }

  private follow(): void {
    for (const node of this.fresh) {
      const meta = this.mirror?.getMeta(node);
      if (meta?.type !== NodeType.Element) continue;
      const followed = { element: node as Element, id: meta.id, recorded: attributesOf(meta), now: clock.now };
      this.each((kind) => { kind.follow?.(followed); });
    }
    this.fresh.clear();
  }

  /** Brings everything to a replay time. Resolves to whether something that can be seen changed. */
  async show(now: number): Promise<boolean> {
    let changed = false;
    for (const kind of this.kinds) {
      try {
        if (await kind.show?.(now)) changed = true;
      } catch (error) {
        this.failed(error);
      }
    }
    return changed;
  }

  /** What is loading. */
  underWay(): object[] {
    return this.kinds.flatMap((kind) => kind.underWay?.() ?? []);
  }

  /** Call when the page has loaded all that it needs. */
  loaded(): void {
    this.each((kind) => { kind.loaded?.(); });
  }

  /** The replay time before which nothing changes by itself. */
  nextChange(now: number): number {
    return Math.min(...this.kinds.map((kind) => kind.nextChange?.(now) ?? Infinity));
  }

  /** What a recording makes one kind fail on costs no other. */
  private each(call: (kind: Content) => void): void {
    for (const kind of this.kinds) {
      try {
        call(kind);
      } catch (error) {
        this.failed(error);
      }
    }
  }

  private failed(error: unknown): void {
    this.warn('something could not be shown:', error);
  }
}

/** The elements that an event has given other attributes. */
function changedBy(event: eventWithTime): number[] {
  if (event.type !== EventType.IncrementalSnapshot || event.data.source !== IncrementalSource.Mutation) return [];
  const changes: unknown = event.data.attributes;
  return Array.isArray(changes) ? changes.map(({ id }: { id: number }) => id) : [];
}
