// Texts along paths. Recorders write the names of SVG's elements in small letters, and of all of them rrweb does not know how this
// one is written. Called by player.ts.

import { intercept } from './intercept';

/** Changes a replayed window once, before anything is built in it. */
export function buildTextPaths(view: Window & typeof globalThis): void {
  intercept(view.Document.prototype, 'createElementNS', (original, self, [namespace, name, ...more]) => (
    original(self, [namespace, name === 'textpath' ? 'textPath' : name, ...more])
  ));
}
