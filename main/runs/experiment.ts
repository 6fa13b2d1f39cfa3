import { z } from 'zod';

/**
 * The one description of an experiment, shared by files, flags and forms. Every field has a default
 * that makes sense on its own, so `{}` is a valid experiment: the quickstart's deprune.
 */

const budget = z.union([z.literal('full'), z.int().min(1)]).describe('Feature maps that may cross the network, or "full"');

const phase = z.strictObject({
  budget,
  epochs: z.int().min(1).describe('Passes over the training data in this phase'),
});

const dataset = z.strictObject({
  name: z.string().min(1).default('synthetic').describe('Data set: synthetic, cifar10, cifar100, stl10, mnist, fashion-mnist or the name of an imported one'),
  trainSamples: z.int().min(1).optional().describe('Train on this many images, drawn by seed, the same share of every class'),
  testSamples: z.int().min(1).optional().describe('Test on this many images, drawn the same way'),
  augment: z.boolean().default(true).describe('Random crop and horizontal flip while training'),
});

const model = z.strictObject({
  name: z.enum(['vgg11', 'vgg16', 'vgg19', 'cnn', 'mlp', 'resnet18']).default('vgg11').describe('Network of the zoo'),
  width: z.number().positive().max(4).default(1).describe('Multiplies the number of maps of every layer'),
});

const split = z.strictObject({
  layer: z.int().min(0).default(5).describe('The compression module becomes this entry of the layer list; 0 compresses the image itself'),
  module: z
    .strictObject({
      resolution: z.int().min(1).max(8).default(1).describe('Resolution factor r: maps shrink by r in height and width'),
      features: z.int().min(1).default(1).describe('Feature factor c: the module makes 1/c as many maps'),
    })
    .nullable()
    .prefault({})
    .describe('The compression module, or null for the plain split'),
});

const gate = z.strictObject({
  delta: z.number().positive().default(0.01).describe('δ, steepness of the gate loss'),
  epsilon: z.number().min(0).default(1000).describe('ε, weight of the gate loss'),
  lambda: z.number().min(0).default(1).describe('λ, weight of its falling side'),
  mask: z.enum(['squared', 'linear']).default('squared').describe('Mask m = f² as in the published code, or m = f as in the paper'),
});

const optimiser = z.strictObject({
  learningRate: z.number().positive().default(0.01),
  momentum: z.number().min(0).lt(1).default(0),
  weightDecay: z.number().min(0).default(5e-4),
});

const selectLr = z.strictObject({
  epochs: z.int().min(0).default(0).describe('l_k: the first epochs of every phase but the first'),
  factor: z.number().positive().default(1).describe('γ: the learning rate is multiplied by this in those epochs'),
});

export const experimentSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().min(1).max(200).default('deprune'),
    notes: z.string().default(''),
    dataset: dataset.prefault({}),
    model: model.prefault({}),
    split: split.prefault({}),
    method: z
      .enum(['deprune', 'prune', 'full', 'high-compression', 'scratch', 'plain-split', 'raw-image'])
      .default('deprune')
      .describe('How the phases are trained; scratch trains every budget from new weights'),
    phases: z.array(phase).min(1).default([
      { budget: 4, epochs: 6 },
      { budget: 'full', epochs: 3 },
    ]),
    gate: gate.prefault({}),
    optimiser: optimiser.prefault({}),
    selectLr: selectLr.prefault({}),
    batchSize: z.int().min(1).max(4096).default(16),
    seeds: z.array(z.int().min(0).max(0xffffffff)).min(1).default([1]).describe('One run per seed'),
    codec: z
      .strictObject({
        up: z.enum(['float32', 'float16']).default('float16').describe('Number format of the maps in budgeted phases'),
        down: z.enum(['float32', 'float16']).default('float32').describe('Number format of the gradients'),
        full: z.enum(['float32', 'float16']).default('float32').describe('Number format of both directions at full budget'),
      })
      .prefault({}),
    engine: z.enum(['auto', 'cuda', 'webgpu', 'cpu']).default('auto'),
    threads: z.int().min(1).max(256).optional().describe('Threads of the CPU engine; all cores when absent'),
    checkpointSteps: z.int().min(1).optional().describe('Checkpoint every so many steps, besides at the end of every epoch'),
  });

export type Experiment = z.output<typeof experimentSchema>;
export type ExperimentInput = z.input<typeof experimentSchema>;
