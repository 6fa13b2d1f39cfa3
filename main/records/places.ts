/** Where in a run a record belongs: columns that several kinds have. */

/** Prune from scratch has a training for each budget; other methods have one. */
export const training = {
  role: 'place',
  name: 'training',
  type: 'count',
  unit: null,
  nullable: false,
  words: 'Training, from 0',
} as const;

export const phase = {
  role: 'place',
  name: 'phase',
  type: 'count',
  unit: null,
  nullable: false,
  words: 'Phase, from 0',
} as const;

export const source = {
  role: 'place',
  name: 'source',
  type: 'count',
  unit: null,
  nullable: false,
  words: 'Data source, from 0',
} as const;

/** Counted over the whole training, as steps are. */
export const epoch = {
  role: 'place',
  name: 'epoch',
  type: 'count',
  unit: null,
  nullable: false,
  words: 'Epoch, from 0',
} as const;

export const budget = {
  role: 'place',
  name: 'budget',
  type: 'budget',
  unit: 'maps',
  nullable: true,
  words: 'Budget',
} as const;
