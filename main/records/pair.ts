import type { RecordKind } from './column.ts';
import { budget, phase, source, training } from './places.ts';

/** A finished member of the model set Θ: the client/server pair for one budget. */
export const pair = {
  table: 'pairs',
  order: 'phase',
  columns: [
    training,
    phase,
    source,
    budget,
    {
      role: 'measured',
      name: 'testAccuracy',
      type: 'real',
      unit: 'fraction',
      nullable: true,
      words: 'Test accuracy',
      together: 'mean',
    },
    {
      role: 'measured',
      name: 'testLoss',
      type: 'real',
      unit: null,
      nullable: true,
      words: 'Test loss',
      together: 'mean',
    },
    // What one sample sends when the pair is used for inference.
    {
      role: 'measured',
      name: 'bytesPerSample',
      type: 'real',
      unit: 'bytes',
      nullable: true,
      words: 'Traffic of a sample',
      together: 'first',
    },
    // Of the training images that are held out; no number where none are.
    {
      role: 'measured',
      name: 'validationAccuracy',
      type: 'real',
      unit: 'fraction',
      nullable: true,
      words: 'Validation accuracy',
      together: 'mean',
    },
    {
      role: 'measured',
      name: 'validationLoss',
      type: 'real',
      unit: null,
      nullable: true,
      words: 'Validation loss',
      together: 'mean',
    },
    // Bias-corrected and squared, on a sample of the test images; no number where it is not measured.
    {
      role: 'measured',
      name: 'distanceCorrelation',
      type: 'real',
      unit: null,
      nullable: true,
      words: 'Distance correlation',
      note: 'of images and what crosses',
      together: 'mean',
    },
  ],
} as const satisfies RecordKind;
