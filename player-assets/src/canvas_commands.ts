// Which of the recorded canvas commands may be played, and as they were called. A recording is hostile input, and rrweb
// calls and constructs whatever it names: so only what rrweb's recorder can have written comes through. Used by drawing.ts.

import type { canvasMutationCommand, canvasMutationData } from '@rrweb/types';
import { CanvasContext } from '@rrweb/types';

/** What an argument may be made of. */
const CONSTRUCTORS = new Set([
  'Float32Array', 'Float64Array', 'Int32Array', 'Uint32Array', 'Uint8Array', 'Uint16Array', 'Int16Array', 'Int8Array',
  'Uint8ClampedArray', 'DataView', 'ImageData', 'ImageBitmap',
]);
const NEVER = new Set(['constructor', 'canvas']);

/** How deep arguments may be nested; the recorder's go three levels deep. */
const DEEPEST = 8;

/** Arguments of methods in two dimensions that do nothing where one of them is not finite: from which on, and how many. */
const FINITE = new Map<string, readonly [from: number, count: number]>([
  ['moveTo', [0, 2]], ['lineTo', [0, 2]], ['quadraticCurveTo', [0, 4]], ['bezierCurveTo', [0, 6]], ['arcTo', [0, 5]],
  ['arc', [0, 5]], ['ellipse', [0, 7]], ['rect', [0, 4]], ['roundRect', [0, 4]],
  ['fillRect', [0, 4]], ['strokeRect', [0, 4]], ['clearRect', [0, 4]], ['drawImage', [1, 8]],
  ['fillText', [1, 2]], ['strokeText', [1, 2]],
  ['translate', [0, 2]], ['rotate', [0, 1]], ['scale', [0, 2]], ['transform', [0, 6]], ['setTransform', [0, 6]],
]);
/** Properties in two dimensions that stay as they are where they are given what is not finite. */
const FINITE_PROPERTIES = new Set([
  'globalAlpha', 'lineDashOffset', 'lineWidth', 'miterLimit', 'shadowBlur', 'shadowOffsetX', 'shadowOffsetY',
]);
/** Methods with a last argument that may be left out: the widest that the text may be. */
const TEXTS = new Set(['fillText', 'strokeText']);
const WIDEST_TEXT = 3;

/** The event's data with those of its commands that may be played. */
export function playable(mutation: canvasMutationData): canvasMutationData & { commands: canvasMutationCommand[] } {
  const commands: canvasMutationCommand[] = 'commands' in mutation ? mutation.commands : [mutation];
  const { source, id, type } = mutation;
  const played = commands.filter((command) => isPlayable(command, type));
  return { source, id, type, commands: type === CanvasContext['2D'] ? played.filter(didSomething).map(asCalled) : played };
}

/** Whether a command had an effect when it was recorded. JSON has no NaN, no infinity and nothing undefined: they are null
 * in a recording, which would be drawn as 0. */
function didSomething({ property, args }: canvasMutationCommand): boolean {
  const [from, count] = FINITE.get(property) ?? (FINITE_PROPERTIES.has(property) ? [0, 1] : [0, 0]);
  return !args.slice(from, from + count).includes(null);
}

/** The command without a width of its text that was not given, as many libraries draw it: null would leave no room. */
function asCalled(command: canvasMutationCommand): canvasMutationCommand {
  const { property, args } = command;
  return TEXTS.has(property) && args[WIDEST_TEXT] === null ? { ...command, args: args.slice(0, WIDEST_TEXT) } : command;
}

/** The addresses of the images that a command draws. */
export function imagesOf(value: unknown, depth = 0): string[] {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return [];
  if (Array.isArray(value)) return value.flatMap((item) => imagesOf(item, depth + 1));
  if ('src' in value) return [String(value.src)];
  return 'args' in value ? imagesOf(value.args, depth + 1) : [];
}

function isPlayable({ property, args }: canvasMutationCommand, type: CanvasContext): boolean {
  return typeof property === 'string' && Object.hasOwn(contextOf(type), property) && !NEVER.has(property)
    && Array.isArray(args) && args.every((arg) => isHarmless(arg, 0));
}

function contextOf(type: CanvasContext): object {
  switch (type) {
    case CanvasContext.WebGL: return WebGLRenderingContext.prototype;
    case CanvasContext.WebGL2: return WebGL2RenderingContext.prototype;
    default: return CanvasRenderingContext2D.prototype;
  }
}

function isHarmless(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth > DEEPEST) return false;
  const inner = (items: unknown) => Array.isArray(items) && items.every((item) => isHarmless(item, depth + 1));
  if (Array.isArray(value)) return inner(value);
  if (!('rr_type' in value)) return false;
  const { rr_type: name } = value;
  if ('index' in value) return typeof value.index === 'number';
  if ('args' in value) return typeof name === 'string' && CONSTRUCTORS.has(name) && inner(value.args);
  if ('data' in value) return name === 'Blob' && inner(value.data);
  return 'base64' in value || 'src' in value;
}
