import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Before the rest: what starts a browser, labs and runs takes longest, and shall not be what is left at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const startsMuch = ({ moduleId }: TestSpecification): boolean => /\/test\/(e2e|integration)\//.test(moduleId);
    return [...sorted.filter(startsMuch), ...sorted.filter((file) => !startsMuch(file))];
  }
}
