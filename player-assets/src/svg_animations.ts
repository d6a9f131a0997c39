// The animation elements of SVG. The browser is told to leave them alone, with all that moves on its own clock: so
// they are played as Web Animations, which animations.ts puts on ours. What CSS cannot animate, such as points and
// gradients, and what waits for events stands still. https://www.w3.org/TR/SVG11/animate.html. Called by contents.ts.

import type { Content, Followed } from './content';

const SVG = 'http://www.w3.org/2000/svg';
const LENGTHS = new Set(['x', 'y', 'width', 'height', 'cx', 'cy', 'r', 'rx', 'ry']);

/** How a value of an attribute is written in CSS. */
type Translation = (value: string) => string;

interface Motion {
  property: string;
  translate: Translation;
}

export class SvgAnimations implements Content {
  /** When each outermost drawing was built, in replay time: its animations are timed from then. */
  private readonly births = new WeakMap<SVGSVGElement, number>();
  private readonly fresh = new Map<SVGAnimationElement, number>();
  private readonly playing = new Map<SVGAnimationElement, Animation>();

  follow({ element, now }: Followed): void {
    if (element.namespaceURI !== SVG) return;
    const drawing = outermost(element as SVGElement);
    if (!drawing) return;
    const birth = this.births.get(drawing) ?? now;
    this.births.set(drawing, birth);
    if (motionOf(element)) this.fresh.set(element as SVGAnimationElement, birth);
  }

  /** Starts what is new; moving it is for animations.ts. */
  begin(now: number): void {
    for (const [element, birth] of this.fresh) {
      this.playing.get(element)?.cancel();
      const animation = play(element, now - birth);
      if (animation) this.playing.set(element, animation);
    }
    this.fresh.clear();
    for (const [element, animation] of this.playing) {
      if (element.isConnected) continue;
      animation.cancel();
      this.playing.delete(element);
    }
  }
}

function outermost(element: SVGElement): SVGSVGElement | null {
  let drawing = element.localName === 'svg' ? element as SVGSVGElement : element.ownerSVGElement;
  while (drawing?.ownerSVGElement) drawing = drawing.ownerSVGElement;
  return drawing;
}

/** Plays an animation element whose drawing is `age` milliseconds old. */
function play(element: SVGAnimationElement, age: number): Animation | null {
  const motion = motionOf(element);
  const target = element.targetElement;
  const begin = (element.getAttribute('begin') ?? '0s').split(';').map(milliseconds).find(Number.isFinite);
  const keyframes = motion && keyframesOf(element, motion);
  if (!keyframes || !target || begin === undefined) return null;
  const duration = milliseconds(element.getAttribute('dur') ?? '');
  const repeats = element.getAttribute('repeatCount') ?? '1';
  const sum = element.getAttribute('additive') === 'sum';
  try {
    return target.animate(keyframes, {
      delay: begin - age,
      // A value that is set without an end.
      duration: Number.isFinite(duration) ? duration : 1,
      iterations: repeats === 'indefinite' || element.hasAttribute('repeatDur') ? Infinity : Number(repeats),
      fill: element.getAttribute('fill') === 'freeze' || !Number.isFinite(duration) ? 'forwards' : 'none',
      composite: sum ? 'add' : 'replace',
    });
  } catch {
    return null;
  }
}

function motionOf(element: Element): Motion | null {
  switch (element.localName) {
    case 'animate':
    case 'set': {
      const property = element.getAttribute('attributeName') ?? '';
      if (LENGTHS.has(property)) return { property, translate: (value) => (Number.isFinite(Number(value)) ? `${value}px` : value) };
      if (property === 'd') return { property, translate: (value) => `path("${value}")` };
      return CSS.supports(property, 'initial') ? { property, translate: (value) => value } : null;
    }
    case 'animateTransform': {
      const kind = element.getAttribute('type') ?? 'translate';
      return { property: 'transform', translate: (value) => transform(kind, value) };
    }
    default:
      return null;
  }
}

function keyframesOf(element: Element, { property, translate }: Motion): Keyframe[] | null {
  const of = (name: string) => element.getAttribute(name);
  const list = (name: string) => (of(name) ?? '').split(';').map((item) => item.trim()).filter((item) => item !== '');
  const [from, to] = [of('from'), of('to')];
  let values = list('values');
  if (element.localName === 'set') values = to === null ? [] : [to, to];
  else if (values.length === 0 && to !== null) values = from === null ? [to] : [from, to];
  if (values.length === 0) return null;
  const times = list('keyTimes').map(Number);
  const splines = of('calcMode') === 'spline' ? list('keySplines') : [];
  const discrete = of('calcMode') === 'discrete';
  // Each of the values is held for a part of the time, the last one too.
  if (discrete) values = [...values, values.at(-1) ?? ''];
  const timed = times.length === values.length || (discrete && times.length === values.length - 1);
  return values.map((value, index) => ({
    [camelCase(property)]: translate(value),
    ...(timed ? { offset: times[index] ?? 1 } : {}),
    easing: discrete ? 'step-end' : easingOf(splines[index]),
  }));
}

function easingOf(spline: string | undefined): string {
  return spline === undefined ? 'linear' : `cubic-bezier(${spline.split(/[\s,]+/).join()})`;
}

/** A value of animateTransform; angles turn around a point that is part of the value. */
function transform(kind: string, value: string): string {
  const [first = 0, second, third = 0] = value.trim().split(/[\s,]+/).map(Number);
  switch (kind) {
    case 'rotate': return `translate(${second ?? 0}px, ${third}px) rotate(${first}deg) translate(${-(second ?? 0)}px, ${-third}px)`;
    case 'scale': return `scale(${first}, ${second ?? first})`;
    case 'skewX': return `skewX(${first}deg)`;
    case 'skewY': return `skewY(${first}deg)`;
    default: return `translate(${first}px, ${second ?? 0}px)`;
  }
}

function camelCase(property: string): string {
  return property.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** An SVG clock value: "2s", "100ms", "1.5", "0:01:02"; NaN for everything else, such as events. */
function milliseconds(clock: string): number {
  const text = clock.trim();
  const [, number, unit] = /^([+-]?[\d.]+)(h|min|s|ms)?$/.exec(text) ?? [];
  if (number !== undefined) {
    const units: Record<string, number> = { h: 3_600_000, min: 60_000, s: 1000, ms: 1 };
    return Number(number) * (units[unit ?? 's'] ?? 1000);
  }
  return /^(\d+:)?\d+:[\d.]+$/.test(text)
    ? text.split(':').reduce((seconds, part) => seconds * 60 + Number(part), 0) * 1000
    : NaN;
}
