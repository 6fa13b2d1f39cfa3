/** Experiments small enough to be trained hundreds of times, one for each way in which runs are executed. */
export interface Trial {
  readonly name: string;
  /** Whether sources share a server half, whose batches then come in no fixed order. */
  readonly shared: boolean;
  /** Whether batches that come at about the same time are one step of the half, so that nobody can say how many it takes. */
  readonly gathered?: boolean;
  readonly experiment: object;
}

const base = {
  dataset: { name: 'synthetic', trainSamples: 96, testSamples: 16 },
  model: { name: 'cnn', width: 0.125 },
  split: { layer: 3 },
  method: 'deprune',
  phases: [
    { budget: 1, epochs: 2 },
    { budget: 'full', epochs: 2 },
  ],
  optimiser: { learningRate: 0.01, momentum: 0.9 },
  batchSize: 4,
  checkpointSteps: 7,
  engine: 'cpu',
  threads: 1,
};

const family = {
  method: 'prune',
  phases: [
    { budget: 'full', epochs: 1 },
    { budget: 2, epochs: 1 },
    { budget: 1, epochs: 1 },
  ],
};

export const trials: readonly Trial[] = [
  { name: 'one process', shared: false, experiment: { ...base, name: 'one', processes: 'one' } },
  { name: 'one source and its server', shared: false, experiment: { ...base, name: 'separate' } },
  {
    name: 'two sources, a half each',
    shared: false,
    experiment: { ...base, name: 'own', sources: { count: 2, serverHalf: 'own' }, link: 'wifi6' },
  },
  {
    name: 'two sources, one half',
    shared: true,
    experiment: { ...base, name: 'shared', sources: { count: 2 } },
  },
  {
    name: 'three sources, one half, unequal shards',
    shared: true,
    experiment: { ...base, name: 'skewed', sources: { count: 3, skew: 0.3 }, link: 'wifi6' },
  },
  {
    name: 'models of a family',
    shared: false,
    experiment: { ...base, ...family, name: 'family' },
  },
  {
    name: 'one training after the other, two sources, one half, unequal shards',
    shared: true,
    experiment: { ...base, name: 'uneven', method: 'scratch', sources: { count: 2, skew: 0.3 } },
  },
  {
    name: 'three sources, one half, gathered batches',
    shared: true,
    gathered: true,
    experiment: { ...base, name: 'gathered', sources: { count: 3, gather: true } },
  },
];
