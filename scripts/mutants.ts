/**
 * Changes the code in small ways, one at a time, and tells which changes no unit test notices:
 * `npm run mutants -- main/training [main/data/subset.ts …] [--concurrency 2] [--fresh]`.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

/** Ignored by git, Prettier, ESLint and vitest. */
const folder = 'coverage/mutants';

/** What they are after (leaks, stopping at every batch, crashes whatever comes in) takes minutes a mutant. */
const tooSlow = /\.long\.test\.ts$|\/slow-client\.test\.ts$/;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { concurrency: { type: 'string', default: '1' }, fresh: { type: 'boolean', default: false } },
});
if (positionals.length === 0) fail('Name folders or files: npm run mutants -- main/training');
for (const path of positionals) if (!existsSync(path)) fail(`There is no ${path}.`);

const places = new Set(positionals.map(placeOfTests));
process.env['SLUICE_START_BUILT'] = '1';
const stryker = new Stryker({
  testRunner: 'vitest',
  vitest: { configFile: 'scripts/mutants/vitest.config.ts', related: false },
  plugins: [import.meta.resolve('@stryker-mutator/vitest-runner'), import.meta.resolve('./mutants/plugins.js')],
  ignorers: ['words'],
  mutate: positionals.map((path) => (statSync(path).isDirectory() ? join(path, '**/*.ts') : path)),
  testFiles: [...places].flatMap(testsIn),
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  incremental: true,
  force: values.fresh,
  incrementalFile: `${folder}/${[...places].sort().join('-').replaceAll('/', '-')}.json`,
  tempDirName: `${folder}/sandboxes`,
  cleanTempDir: 'always',
  ignorePatterns: [
    '/coverage',
    '/release',
    ...['renderer', 'electron', 'preload', 'e2e'].map((name) => `/dist/${name}`),
    '/renderer',
    '/electron',
    '/test/e2e',
  ],
  disableTypeChecks: false,
  concurrency: Number(values.concurrency),
  // A busy machine may need long; loops without end are mostly counted, not timed.
  dryRunTimeoutMinutes: 60,
  timeoutMS: 60_000,
  timeoutFactor: 4,
  reporters: ['progress-append-only', 'unnoticed'],
  allowConsoleColors: false,
});
// It has said what is wrong, a test that fails without any change for one.
const results = await stryker.runMutationTest().catch(() => process.exit(1));

const noticed = new Set(['Killed', 'Timeout']);
const missed = new Set(['Survived', 'NoCoverage']);
const files = new Map<string, typeof results>();
for (const mutant of results) {
  const name = relative(process.cwd(), mutant.fileName);
  files.set(name, [...(files.get(name) ?? []), mutant]);
}

for (const [name, mutants] of files) console.log(score(name, mutants));
console.log(score('all', results));

/** The folder of `test/unit` that mirrors a path, or the nearest around it. What only others notice is not tested where it belongs. */
function placeOfTests(path: string): string {
  const mirror = path.replace(/^main/, 'test/unit');
  return existsSync(mirror) && statSync(mirror).isDirectory() ? mirror : placeOfTests(dirname(path));
}

function testsIn(place: string): string[] {
  const files = readdirSync(place, { recursive: true, encoding: 'utf8' }).map((file) => join(place, file));
  return files.filter((file) => file.endsWith('.test.ts') && !tooSlow.test(file));
}

function score(name: string, mutants: typeof results): string {
  const killed = mutants.filter(({ status }) => noticed.has(status)).length;
  const counted = killed + mutants.filter(({ status }) => missed.has(status)).length;
  const share = counted === 0 ? '' : ` (${((100 * killed) / counted).toFixed(1)} %)`;
  return `${name}: ${killed} of ${counted} noticed${share}`;
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
