import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * What starts browsers, labs and runs takes longest and comes before the rest, and of that first what takes longest of
 * all, as nothing else is done while the last of them is waited for. As measured in Nov 2026; every run prints the slowest.
 */
const slowest = [
  ...['integration/cli', 'e2e/design', 'e2e/compare', 'e2e/finished-run', 'e2e/live-run', 'e2e/keyboard'],
  ...['integration/network', 'e2e/pages', 'e2e/home', 'parity/parity', 'integration/network-sources'],
].map((name) => `/test/${name}.test.ts`);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = slowest.findIndex((end) => moduleId.endsWith(end));
  if (place >= 0) return place;
  return /\/test\/(e2e|integration)\//.test(moduleId) ? slowest.length : slowest.length + 1;
}
