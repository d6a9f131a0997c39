// Parts that the browser itself builds: of elements, such as the placeholder of a field, and what SVG shows by `use`. What moves
// in them can be neither found nor stopped, and runs on the browser's own clock: so it is over at once. Used by player.ts.

const PARTS = [
  '::-webkit-calendar-picker-indicator', '::-webkit-color-swatch', '::-webkit-color-swatch-wrapper', '::-webkit-datetime-edit',
  '::-webkit-inner-spin-button', '::-webkit-meter-bar', '::-webkit-meter-even-less-good-value', '::-webkit-meter-inner-element',
  '::-webkit-meter-optimum-value', '::-webkit-meter-suboptimum-value', '::-webkit-progress-bar', '::-webkit-progress-inner-element',
  '::-webkit-progress-value', '::-webkit-search-cancel-button', '::-webkit-search-decoration', '::-webkit-search-results-button',
  '::-webkit-slider-container', '::-webkit-slider-runnable-track', '::-webkit-slider-thumb', '::details-content',
  '::file-selector-button', '::placeholder',
  // What `use` shows is a tree of its own.
  ':is(circle, ellipse, g, line, path, polygon, polyline, rect, symbol, text, tspan):not(svg *)',
];

const OVER_AT_ONCE = ['transition-duration', 'transition-delay', 'animation-duration', 'animation-delay']
  .map((property) => `${property}: 0s !important`).join('; ');

/** One that the browser does not know would void the rule. */
export const INNER_PARTS_RULE = `${PARTS.filter((part) => CSS.supports(`selector(${part})`)).join(', ')} { ${OVER_AT_ONCE} }`;
