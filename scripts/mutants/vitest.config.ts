import { defineConfig } from 'vitest/config';
import { BaseSequencer, type Reporter, type TestProject, type TestSpecification, type Vitest } from 'vitest/node';
import all from '../../vitest.config.ts';
import { endThread, KeptThread } from './kept-thread.ts';

const seconds = new Map<string, number>();

const stopwatch: Reporter = {
  onTestModuleEnd(module) {
    if (!seconds.has(module.moduleId)) seconds.set(module.moduleId, module.diagnostic().duration);
  },
};

/** The first test that fails ends the run of a mutant, so the quick ones come first. */
class QuickestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const of = ({ moduleId }: TestSpecification): number => seconds.get(moduleId) ?? 0;
    return Promise.resolve([...files].sort((a, b) => of(a) - of(b)));
  }
}

/** Stryker asks for threads of its own; those of a run are kept for the next here. */
const keepThread = {
  name: 'keep-thread',
  configureVitest({ project, vitest }: { project: TestProject; vitest: Vitest }) {
    Object.assign(project.config, {
      pool: 'kept-thread',
      poolRunner: {
        name: 'kept-thread',
        createPoolWorker(options: ConstructorParameters<typeof KeptThread>[0]) {
          // What a mutant before threw too late.
          vitest.state.errorsSet.clear();
          return new KeptThread(options);
        },
      },
    });
    vitest.onClose(endThread);
  },
};

// The thread would keep this process alive when Stryker is gone.
process.once('disconnect', () => process.exit());

const units = all.test!.projects!.find(
  (project) => typeof project === 'object' && 'test' in project && project.test?.name === 'units',
);

/** The tests of units, as Stryker runs them. */
export default defineConfig({
  plugins: [keepThread],
  test: {
    include: (units as { test: { include: string[] } }).test.include,
    exclude: [],
    isolate: false,
    testTimeout: 120_000,
    setupFiles: ['scripts/mutants/setup.ts', 'test/support/after-each.ts'],
    disableConsoleIntercept: true,
    reporters: [stopwatch],
    sequence: { sequencer: QuickestFirst },
  },
});
