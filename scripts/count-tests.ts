import { readFileSync } from 'node:fs';
import { reasonIn, type Reason } from '../test/support/reasons.ts';

/** As much of Vitest's JSON report as is counted. */
export interface TestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

export interface TestCount {
  readonly passed: number;
  readonly failed: number;
  /** How many were skipped for each reason that is allowed. */
  readonly skipped: ReadonlyMap<Reason, number>;
  /** Full names of those skipped without one. */
  readonly unexplained: readonly string[];
}

/** Counts tests. A file that could not be loaded has none to count, and is a failure. */
export function countTests({ testResults }: TestReport): TestCount {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const withStatus = (status: string): number => tests.filter((test) => test.status === status).length;
  const unloaded = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const skipped = new Map<Reason, number>();
  const unexplained: string[] = [];
  for (const { status, fullName } of tests) {
    if (status === 'passed' || status === 'failed') continue;
    const reason = reasonIn(fullName);
    if (reason === undefined) unexplained.push(fullName);
    else skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
  }
  return { passed: withStatus('passed'), failed: withStatus('failed') + unloaded.length, skipped, unexplained };
}

/** The count in words, one line each; the last has the sums. */
export function countWords({ passed, failed, skipped, unexplained }: TestCount): string[] {
  const sum = [...skipped.values()].reduce((all, count) => all + count, unexplained.length);
  return [
    ...unexplained.map((name) => `Skipped without a reason (test/support/reasons.ts): ${name}`),
    ...[...skipped].map(([reason, count]) => `${count} skipped: ${reason}`),
    `${passed} passed, ${failed} failed, ${sum} skipped`,
  ];
}

const reports = process.argv.slice(2);
if (import.meta.filename === process.argv[1] && reports.length > 0) {
  const testResults = reports.flatMap((path) => (JSON.parse(readFileSync(path, 'utf8')) as TestReport).testResults);
  const count = countTests({ testResults });
  for (const line of countWords(count)) console.log(line);
  if (count.failed > 0 || count.unexplained.length > 0 || count.passed === 0) process.exitCode = 1;
}
