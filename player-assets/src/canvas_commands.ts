// Which of the recorded canvas commands may be played. A recording is hostile input, and rrweb calls and constructs
// whatever it names: so only what rrweb's recorder can have written comes through. Used by canvases.ts.

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

/** The event's data with those of its commands that may be played. */
export function playable(mutation: canvasMutationData): canvasMutationData & { commands: canvasMutationCommand[] } {
  const commands: canvasMutationCommand[] = 'commands' in mutation ? mutation.commands : [mutation];
  const { source, id, type } = mutation;
  return { source, id, type, commands: commands.filter((command) => isPlayable(command, type)) };
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
