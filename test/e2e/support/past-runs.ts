import type { EpochRecord } from '../../../main/records/record.ts';
import type { Experiment } from '../../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../../main/runs/experiment/parse.ts';
import { epochRecord } from '../../support/run-records.ts';
import { inStore } from './runs.ts';

const methods = ['deprune', 'prune', 'full'] as const;
const rising = [4, 8, 32, 'full'] as const;
const epochsOfPhase = 15;
const seeds = [1, 2, 3];

/** Puts so many finished runs into a home, as a sweep over methods and rates leaves them: with the ends of their epochs. */
export function pastRuns(home: string, count: number): void {
  inStore(home, (store) => {
    for (let point = 0; point * seeds.length < count; point++) {
      const experiment = experimentOf(point);
      const asked = seeds.slice(0, count - point * seeds.length);
      for (const { id, seed } of store.createEach(experiment, asked, 'sweep')) {
        store.setStatus(id, 'running');
        store.append(id, epochsOf(budgetsOf(point), point, seed));
        store.setStatus(id, 'finished');
      }
    }
  });
}

type Maps = (typeof rising)[number];

function methodOf(point: number): (typeof methods)[number] {
  return methods[point % methods.length];
}

function budgetsOf(point: number): readonly Maps[] {
  return { deprune: rising, prune: [...rising].reverse(), full: ['full'] as const }[methodOf(point)];
}

function experimentOf(point: number): Experiment {
  const method = methodOf(point);
  return parseExperiment({
    name: `${method} at rate ${point}`,
    method,
    model: { name: 'cnn', width: 1 },
    split: { layer: 3 },
    optimiser: { learningRate: 0.001 + point / 1e4 },
    phases: budgetsOf(point).map((budget) => ({ budget, epochs: epochsOfPhase })),
  });
}

/** Accuracies that rise the slower the higher the rate, with a wobble of each seed; bytes as the budgets cost them. */
function epochsOf(budgets: readonly Maps[], point: number, seed: number): EpochRecord[] {
  let [bytesUp, bytesDown] = [0, 0];
  return budgets.flatMap((budget, phase) =>
    Array.from({ length: epochsOfPhase }, (_, i) => {
      const epoch = phase * epochsOfPhase + i;
      const maps = budget === 'full' ? 64 : budget;
      bytesUp += 1e5 * maps;
      bytesDown += 2e5 * maps;
      const testAccuracy = 0.9 - 0.7 * Math.exp(-epoch / (10 + point / 8)) + 0.01 * Math.sin(epoch * seed);
      const seconds = 3 * (epoch + 1);
      return epochRecord(epoch, {
        phase,
        budget: budget === 'full' ? null : budget,
        testAccuracy,
        bytesUp,
        bytesDown,
        seconds,
      });
    }),
  );
}
