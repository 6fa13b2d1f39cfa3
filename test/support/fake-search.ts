import type { LabApi, SearchOutcome, SearchTrial } from '../../main/api.ts';

type SearchCalls = Pick<
  LabApi,
  'planSearch' | 'startSearch' | 'searches' | 'search' | 'controlSearch' | 'deleteSearch'
>;

const refused = [{ values: { 'split.layer': 40 }, reason: 'split.layer is 40: expected from 0 to 12' }];
const goal = { floor: 0.7, maxBytes: null, unit: 'bytes', rungs: [100_000, 300_000], reduction: 3 } as const;

function trial(number: number, layer: number, accuracies: readonly number[], more: Partial<SearchTrial>): SearchTrial {
  const curve = accuracies.map((accuracy, i) => ({ bytes: (i + 1) * 20_000 * layer, accuracy }));
  const last = curve.at(-1);
  return {
    number,
    values: { 'split.layer': layer },
    run: null,
    status: null,
    state: 'resting',
    reason: null,
    rung: 0,
    asked: 0,
    epochs: curve.length,
    plannedEpochs: 9,
    bytes: last?.bytes ?? 0,
    accuracy: last?.accuracy ?? null,
    accuracyBytes: last?.bytes ?? null,
    reached: false,
    curve,
    ...more,
  };
}

/** A search that goes on: one trial has reached the floor, one has stopped at a rung, one was not begun. */
function fakeSearch(run: string | null): SearchOutcome {
  return {
    id: 'narrow@2026-10-20T10:00:00.000Z',
    name: 'narrow',
    project: 'default',
    status: 'running',
    createdAt: Date.UTC(2026, 9, 20, 10),
    goal,
    settings: ['split.layer'],
    trials: [
      trial(0, 2, [0.3, 0.5, 0.6, 0.7, 0.72], {
        run,
        status: 'stopped',
        state: 'over',
        rung: 2,
        asked: 1,
        reached: true,
      }),
      trial(1, 4, [0.3, 0.4], {}),
      trial(2, 6, [], { state: 'new', rung: null, asked: null }),
    ],
    refused,
    best: 0,
    verdict: 'The fewest bytes for 70.0 %: 72.0 % for 200 kB (split.layer=2).',
    bytes: 360_000,
    secondsLeft: 90,
  };
}

export function searchCalls(run: string | null): SearchCalls {
  const outcome = fakeSearch(run);
  let status = outcome.status;
  const { id, name, project, createdAt } = outcome;
  return {
    planSearch: () =>
      Promise.resolve({
        goal,
        points: [2, 4, 6].map((layer) => ({
          values: { 'split.layer': layer },
          bytes: 180_000 * layer,
          firstEpoch: 20_000 * layer,
          entry: 0,
        })),
        refused,
        mostBytes: 2_160_000,
      }),
    startSearch: () => Promise.resolve(id),
    searches: () => Promise.resolve([{ id, name, project, status, createdAt, goal: { floor: 0.7, maxBytes: null } }]),
    search: () => Promise.resolve({ ...outcome, status }),
    controlSearch: (_, command) => {
      status = command === 'pause' ? 'paused' : 'running';
      return Promise.resolve();
    },
    deleteSearch: () => Promise.resolve(),
  };
}
