// Fixed and sticky elements that an animation moves. The browser draws them as layers, which then lie between two pixels;
// where such a layer is opaque, its edge takes in what the memory of its tiles held before. Called by animations.ts.

const MOVING = ['transform', 'translate', 'rotate', 'scale', 'offsetDistance'];
const MARK = 'data-replaycast-moving';

/**
 * Nobody sees this shadow, but with it the layer is not opaque, so its tiles are cleared before they are drawn. Any rule of
 * the page is stronger; a shadow of its own does the same.
 */
export const MOVING_LAYER_RULE = `:where([${MARK}]) { box-shadow: 0 0 0 1px rgb(0 0 0 / 0.001); }`;

export function clearEdges(animation: Animation): void {
  const effect = animation.effect as KeyframeEffect | null;
  const target = effect?.target;
  if (!effect || !target || effect.pseudoElement) return;
  if (!effect.getKeyframes().some((keyframe) => MOVING.some((property) => property in keyframe))) return;
  const { position } = getComputedStyle(target);
  if (position === 'fixed' || position === 'sticky') target.toggleAttribute(MARK, true);
}
