import js from '@eslint/js';
import nounsanitized from 'eslint-plugin-no-unsanitized';

/** What can go wrong without a type error; layout and taste are nobody's business here. */
const rules = {
  ...js.configs.recommended.rules,
  // The type checker knows every name; eslint would need to be told them.
  'no-undef': 'off',
  'no-unused-vars': ['error', { args: 'after-used', caughtErrors: 'none' }],
  // Errors of ours carry no foreign text, and a cause often would.
  'preserve-caught-error': 'off',
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-var': 'error',
  'prefer-const': 'error',
  'no-eval': 'error',
  'no-implied-eval': 'error',
  'no-new-func': 'error',
  'no-script-url': 'error',
  'no-self-compare': 'error',
  'no-throw-literal': 'error',
  'array-callback-return': 'error',
};

export default [
  { ignores: ['dist/', 'target/', 'pkg/', 'extension/vendor/', 'tests/pages/', 'tests/e2e/out/'] },
  { files: ['**/*.js', '**/*.mjs'], linterOptions: { reportUnusedDisableDirectives: 'error' }, rules },
  {
    files: ['extension/**/*.js'],
    plugins: { 'no-unsanitized': nounsanitized },
    rules: {
      // What came from a page is text, never markup.
      'no-unsanitized/method': 'error',
      'no-unsanitized/property': 'error',
      'no-console': 'error',
    },
  },
];
