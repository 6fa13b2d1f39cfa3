import boundaries from 'eslint-plugin-boundaries';
import { defineConfig } from 'eslint/config';
import vue from 'eslint-plugin-vue';
import tseslint from 'typescript-eslint';
import vueParser from 'vue-eslint-parser';

/**
 * The direction of dependencies: each part may import itself, the floor (errors, random numbers, where things are),
 * the catalogue of what runs record, and the parts named here. A new folder of main/ has to be entered, or its files are unknown and lint fails.
 */
const parts = [
  'engine',
  'install',
  'model',
  'data',
  'offload',
  'training',
  'runs',
  'sets',
  'inference',
  'serving',
  'simulation',
  'planning',
  'charts',
  'listing',
  'exports',
  'processes',
  'lab',
];
const computing = ['engine', 'model', 'data', 'offload', 'training', 'runs'];
const inUse = ['sets', 'inference', 'serving', 'simulation', 'planning'];
const mayImport = {
  floor: [],
  records: [],
  engine: [],
  install: ['engine', 'data'],
  model: ['engine'],
  data: ['model'],
  offload: ['model'],
  training: ['engine', 'model', 'data', 'offload'],
  charts: [],
  listing: ['charts', 'api'],
  runs: ['engine', 'model', 'data', 'offload', 'training', 'charts'],
  sets: computing,
  inference: [...computing, 'sets'],
  serving: [...computing, 'sets'],
  simulation: [],
  planning: [...computing, 'simulation'],
  api: [...computing, ...inUse, 'charts', 'listing'],
  exports: [...computing, 'sets', 'charts', 'api'],
  processes: [...computing, ...inUse, 'install', 'exports', 'api'],
  lab: [...computing, ...inUse, 'install', 'charts', 'listing', 'exports', 'processes', 'api'],
  cli: [...computing, ...inUse, 'install', 'charts', 'listing', 'exports', 'processes', 'lab', 'api'],
  electron: ['api', 'lab'],
  // Of the lab the window sees types, how a chart is described and drawn, and what lists of runs show: pure code that needs no Node.
  renderer: ['api', 'charts', 'listing'],
  // The page of a device is a client: of the parts it runs itself it sees what needs no Node, which its bundle proves.
  device: [...computing, 'sets', 'inference', 'charts', 'renderer', 'api', 'processes'],
};

const files = [
  {
    category: 'floor',
    pattern:
      'main/{errors,failure,random,pause,digest,entry,home,version,fields,json,disk,authorities,markdown,visible,near}.ts',
  },
  { category: 'records', pattern: 'main/records/**' },
  { category: 'api', pattern: 'main/{api.ts,wire.ts,api/**}' },
  { category: 'cli', pattern: 'main/{cli.ts,cli/**}' },
  ...parts.map((name) => ({ category: name, pattern: `main/${name}/**` })),
  { category: 'electron', pattern: 'electron/**' },
  { category: 'device', pattern: 'renderer/device/**' },
  { category: 'renderer', pattern: 'renderer/!(device)/**' },
  { category: 'renderer', pattern: 'renderer/*' },
];

export default defineConfig(
  { ignores: ['dist/', 'release/', 'coverage/', 'main/**/kernels/'] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        // The same in every file, or the service starts anew between them.
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      eqeqeq: 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ObjectExpression > SpreadElement > ObjectExpression',
          message: 'Write its entries themselves.',
        },
      ],
      // The compiler takes every index to be in range, so this rule would call checks of what an index gave needless.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Interfaces are implemented by closures, which use no `this`.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    // Types in components are checked by vue-tsc; what needs types to lint lies in .ts files beside them.
    files: ['renderer/**/*.vue'],
    extends: [tseslint.configs.strict, vue.configs['flat/recommended']],
    languageOptions: { parser: vueParser, parserOptions: { parser: tseslint.parser, sourceType: 'module' } },
    rules: {
      eqeqeq: 'error',
      // The compiler knows all names; the formatter lays the markup out.
      'no-undef': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/html-indent': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-closing-bracket-newline': 'off',
      // Props are destructured with their defaults; one that is optional is undefined, as its type says.
      'vue/require-default-prop': 'off',
      'vue/no-v-html': 'error',
    },
  },
  {
    files: ['main/**/*.ts', 'electron/**/*.ts', 'renderer/**/*.{ts,vue}'],
    plugins: { boundaries },
    settings: { 'boundaries/files': files },
    rules: {
      'boundaries/no-unknown-files': 'error',
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: Object.entries(mayImport).map(([from, to]) => ({
            from: { file: { categories: from } },
            allow: { to: { file: { categories: { anyOf: [from, 'floor', 'records', ...to] } } } },
          })),
        },
      ],
    },
  },
  {
    files: ['main/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(electron|vue)(/|$)', message: 'main/ runs under plain Node.' }] },
      ],
    },
  },
  {
    files: ['renderer/**/*.{ts,vue}'],
    ignores: ['renderer/vite.config.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^(node:|electron(/|$))', message: 'The renderer sees the lab through main/api.ts alone.' },
          ],
        },
      ],
    },
  },
);
