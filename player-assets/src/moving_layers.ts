// Fixed and sticky elements that an animation moves. The browser draws them as layers, which then lie between two pixels;
// where such a layer is opaque, its edge takes in what the memory of its tiles held before. Called by animations.ts.

const MOVING = ['transform', 'translate', 'rotate', 'scale', 'offsetDistance'];

/** Nobody sees it, but with it the layer is not opaque, so its tiles are cleared before they are drawn. */
const SHADOW = '0 0 0 1px rgb(0 0 0 / 0.001)';

export function clearEdges(animation: Animation): void {
  const effect = animation.effect as KeyframeEffect | null;
  const target = effect?.target as HTMLElement | null | undefined;
  if (!effect || !target || effect.pseudoElement) return;
  if (!effect.getKeyframes().some((keyframe) => MOVING.some((property) => property in keyframe))) return;
  const style = target.ownerDocument.defaultView?.getComputedStyle(target);
  if (style && /^(?:fixed|sticky)$/.test(style.position) && style.boxShadow === 'none') target.style.boxShadow = SHADOW;
}
