// Builds the player page's script into dist/player.js, the one file that the Rust side embeds.
// Run by `make player`.
import { build } from 'esbuild';

await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/player.js',
  bundle: true,
  format: 'iife',
  target: 'chrome120',
  charset: 'utf8',
  legalComments: 'none',
  minify: true,
  loader: { '.css': 'text' },
  logLevel: 'warning',
});
