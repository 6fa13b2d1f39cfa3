import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

const shown = 10;

/** Says after a run which test files took longest. */
export default class SlowestFiles implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (modules.length < 2 * shown) return;
    const files = modules.map((module) => ({ name: relative(process.cwd(), module.moduleId), ms: duration(module) }));
    const slowest = files.sort((a, b) => b.ms - a.ms).slice(0, shown);
    console.log(`\nThe ${shown} slowest files:`);
    for (const { name, ms } of slowest) console.log(`${(ms / 1000).toFixed(1).padStart(7)} s  ${name}`);
  }
}

function duration(module: TestModule): number {
  const { collectDuration, setupDuration, duration: tests } = module.diagnostic();
  return collectDuration + setupDuration + tests;
}
