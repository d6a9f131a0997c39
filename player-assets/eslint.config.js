import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'recorder/pages/'] },
  js.configs.recommended,
  {
    files: ['src/**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['**/*.mjs', 'eslint.config.js'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly', setTimeout: 'readonly', performance: 'readonly', window: 'readonly', document: 'readonly' } },
  },
  {
    // Functions that run in a page.
    files: ['scripts/players.mjs', 'benches/sizes.mjs'],
    languageOptions: { globals: { Buffer: 'readonly', Image: 'readonly', ImageDecoder: 'readonly', fetch: 'readonly' } },
  },
  {
    files: ['benches/*/page/*.js'],
    languageOptions: { globals: { window: 'readonly', document: 'readonly', fetch: 'readonly', setTimeout: 'readonly', requestAnimationFrame: 'readonly' } },
  },
);
