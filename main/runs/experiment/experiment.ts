import { z } from 'zod';
import { engineChoices } from '../../engine/choices.ts';
import { ranges, within } from '../../model/ranges.ts';
import { networkNames } from '../../model/zoo.ts';
import { codecSchema } from '../../offload/codecs/schema.ts';
import { linkPresets, linkSchema, type Link } from '../../offload/link/link.ts';
import { commonParams } from '../../training/gates/chooser.ts';
import { defaultGate, gateNamed, gateNames, gateParams } from '../../training/gates/table.ts';
import { defaultMethod, methodNames } from '../../training/methods/table.ts';
import { searchSchema } from '../search/schema.ts';
import { sweepSchema } from '../sweep/schema.ts';
import { methodsHelp, ownDefaults, withoutModule } from './method-words.ts';

/**
 * The one description of an experiment, shared by files, flags and forms. Every field has a default that makes sense
 * on its own, so `{}` is a valid experiment. parseExperiment (parse.ts) fills in the defaults and checks it all.
 */

/** What a name has to be like. */
export const nameWords = 'one line of 1 to 200 characters, some to be seen, and none of them control characters';

/** What people call something by: it shows on a line of its own, and nothing breaks it. */
export const nameSchema = z
  .string()
  .max(200)
  .regex(/^(?=.*[^\p{Cc}\p{Cf}\p{Cs}\p{Z}])[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u, nameWords);

/** Characters that notes may have. */
export const mostNotes = 100_000;
const mostEpochs = 100_000;
const mostMaps = 65_536;
const mostSamples = 100_000_000;

const budget = z
  .union([
    z.literal('full'),
    z.int().min(1).max(mostMaps),
    z.strictObject({
      bytes: z
        .int()
        .min(1)
        .max(1e9)
        .describe('The most bytes a sample in either direction, by the codec’s size: as many maps as that allows'),
    }),
  ])
  .describe('Maps that may cross the network for a sample, or "full" for all of them, unmasked, or bytes of them');

const phase = z.strictObject({
  budget,
  epochs: z.int().min(1).max(mostEpochs).describe('Passes over the training data'),
  codec: z
    .strictObject({
      up: codecSchema.optional().describe('Maps in this phase, at whatever budget'),
      down: codecSchema.optional().describe('Their gradients in this phase, at whatever budget'),
    })
    .optional()
    .describe(
      'Number formats of this phase in place of the experiment’s; a method that trains all phases as one has none of these',
    ),
});

const dataset = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(200)
      .default('synthetic')
      .describe('synthetic (built in), a downloaded one such as cifar10, or the name of an imported one'),
    trainSamples: z
      .int()
      .min(1)
      .max(mostSamples)
      .optional()
      .describe('Train on this many images, drawn by seed, all classes alike'),
    testSamples: z.int().min(1).max(mostSamples).optional().describe('Test on this many images, drawn the same way'),
    augment: z.boolean().default(true).describe('Random crops and flips while training, as the data set wants them'),
  })
  .describe('The images');

const validation = z
  .number()
  .min(0)
  .max(0.9)
  .optional()
  .describe(
    'Share of the training images that is held out: best epochs are chosen on these, and their test accuracy is told; ' +
      'left out, or 0, the test images choose',
  );

const leakageSamples = z
  .int()
  .min(16)
  .max(2048)
  .optional()
  .describe(
    'Test images on which the distance correlation between image and what crosses is measured after every epoch; ' +
      'left out, it is not measured',
  );

const model = z
  .strictObject({
    name: z.enum(networkNames).default('vgg11').describe('A network of the zoo'),
    width: within(z.number(), ranges.width).default(1).describe('Multiplies the number of maps of every layer'),
  })
  .describe('The network');

const split = z
  .strictObject({
    layer: within(z.int(), ranges.layer)
      .default(5)
      .describe('The compression module becomes this entry of the layer list; 0 compresses the image itself'),
    module: z
      .strictObject({
        resolution: within(z.int(), ranges.resolution)
          .default(1)
          .describe('Resolution factor r: maps shrink r times a side'),
        features: within(z.int(), ranges.features)
          .default(1)
          .describe('Feature factor c: 2 halves the number of maps, 4 quarters it'),
      })
      .nullable()
      .prefault({})
      .describe(`The compression module; null, and nothing else, for ${withoutModule}`),
  })
  .describe('Where the network is cut');

const gate = z
  .strictObject({
    name: z
      .enum(gateNames)
      .default(defaultGate)
      .describe('How the maps are chosen that cross')
      .meta({
        enumNames: gateNames.map((name) => gateNamed(name).words.label),
        enumDescriptions: gateNames.map((name) => gateNamed(name).words.hint),
      }),
    ...gateParams,
    ...commonParams,
  })
  .describe('The gate that chooses the maps, and its loss');

const optimiser = z
  .strictObject({
    learningRate: z.number().min(1e-9).max(100).default(0.01).describe(ownDefaults('optimiser.learningRate')),
    momentum: z.number().min(0).lt(1).default(0).describe(ownDefaults('optimiser.momentum')),
    weightDecay: z.number().min(0).max(1).default(5e-4).describe('Pulls every weight towards 0, those of the gate too'),
  })
  .describe('Stochastic gradient descent');

const selectLr = z
  .strictObject({
    epochs: z.int().min(0).max(mostEpochs).default(0).describe('l_k: the first epochs of every phase but the first'),
    factor: z.number().min(1e-6).max(1e6).default(1).describe('γ: in these the learning rate is multiplied by this'),
  })
  .describe('selectLr(l_k, γ) of algorithms 1 to 3');

const stop = z
  .strictObject({
    patience: z
      .int()
      .min(1)
      .max(mostEpochs)
      .optional()
      .describe('A phase ends after so many epochs without a better one, and the next begins'),
    accuracy: z
      .number()
      .min(0.001)
      .max(1)
      .optional()
      .describe('A pair is made, whatever phases are left before it, once an epoch is as accurate as this'),
    bytes: z
      .int()
      .min(1)
      .max(1e15)
      .optional()
      .describe('The same once so many bytes were sent, both ways, since the pair before it'),
  })
  .optional()
  .describe('When phases end before their last epoch; accuracies are those on the images held out, or on the test set');

const codec = z
  .strictObject({
    up: codecSchema.default('float16').describe('Maps, in budgeted phases'),
    down: codecSchema
      .default('float32')
      .describe('Their gradients, in budgeted phases; float16 unless given for prune and scratch'),
    full: codecSchema.default('float32').describe('Both directions at full budget'),
  })
  .describe('Number formats on the wire');

/** Data sources that a run may have. */
const mostSources = 64;

const sources = z
  .strictObject({
    count: z
      .int()
      .min(1)
      .max(mostSources)
      .default(1)
      .describe('Client devices that train at the same time, each a process'),
    skew: z
      .number()
      .min(0.001)
      .max(1e6)
      .optional()
      .describe('Dirichlet α of the classes at each source: small is uneven; without it all sources see all alike'),
    serverHalf: z
      .enum(['shared', 'own'])
      .default('shared')
      .describe('shared: every source’s batches update one server half, as in the testbed; own: one for each source'),
    averageEpochs: z
      .int()
      .min(1)
      .max(mostEpochs)
      .optional()
      .describe('SplitFed: the client halves are averaged every so many epochs; without it they stay separate'),
    gather: z
      .boolean()
      .default(false)
      .describe('The server may take several sources’ batches into one step, which changes the mathematics'),
    threads: z.int().min(1).max(256).optional().describe('Threads of a device; all cores for one source, else 1'),
    cpuShare: z
      .number()
      .min(0.01)
      .max(1)
      .default(1)
      .describe('Share of a core that a device has, emulated by pauses; the paper’s testbed: 0.4'),
  })
  .describe('The client devices');

const engineChoice = z.enum(engineChoices);

/** One for both halves is a name alone. */
const engine = z
  .union([
    engineChoice,
    z.strictObject({
      client: engineChoice.default('auto').describe('Of every data source'),
      server: engineChoice.default('auto').describe('Of the offload server that the run starts for itself'),
    }),
  ])
  .default('auto')
  .describe('What computes, the same for both halves or one for each; auto takes the best there is');

type LinkName = keyof typeof linkPresets;
const linkNames = Object.keys(linkPresets) as [LinkName, ...LinkName[]];

const link = z
  .strictObject({
    ...linkSchema.shape,
    shared: z.boolean().default(false).describe('All sources and both directions share one channel, as on Wi-Fi'),
  })
  .meta({
    description: 'Rates, round-trip time and loss of the emulated network',
    // What the names stand for, in their order, for a form to begin with.
    examples: linkNames.map((name) => linkOf({ link: name })),
  });

export const experimentSchema = z
  .strictObject({
    $schema: z.string().max(2000).optional().describe('Where editors find this schema'),
    name: nameSchema.default(defaultMethod).describe('The method unless given'),
    notes: z
      .string()
      .max(mostNotes)
      .regex(/^\P{Cs}*$/u, 'a text without halves of characters')
      .default('')
      .describe('What it is for, and what is expected of it'),
    dataset: dataset.prefault({}),
    validation,
    leakageSamples,
    model: model.prefault({}),
    split: split.prefault({}),
    method: z.enum(methodNames).default(defaultMethod).describe(methodsHelp),
    phases: z
      .array(phase)
      .min(1)
      .max(1000)
      .default([
        { budget: 4, epochs: 6 },
        { budget: 'full', epochs: 3 },
      ])
      .describe(`Budgets in the order they are trained; ${ownDefaults('phases')}`),
    gate: gate.prefault({}),
    optimiser: optimiser.prefault({}),
    selectLr: selectLr.prefault({}),
    stop,
    batchSize: z.int().min(1).max(4096).default(16).describe('Images of a training step'),
    seeds: z.array(z.int().min(0).max(0xffffffff)).min(1).max(100_000).default([1]).describe('One run for each'),
    codec: codec.prefault({}),
    sources: sources.prefault({}),
    link: z
      .union([z.enum(linkNames), link])
      .nullable()
      .default(null)
      .describe('The network between source and server; null is the real one, unhindered'),
    processes: z
      .enum(['separate', 'one'])
      .default('separate')
      .describe('Client and server as processes of their own over a socket, or both in one without any'),
    engine,
    threads: z.int().min(1).max(256).optional().describe('Threads of the cpu engine; all cores unless given'),
    checkpointSteps: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .optional()
      .describe('Checkpoint every so many steps, besides after every epoch'),
    sweep: sweepSchema.optional(),
    search: searchSchema.optional(),
  })
  .meta({ id: 'Experiment', title: 'Sluice experiment' });

export type Experiment = z.output<typeof experimentSchema>;
/** An emulated network, and whether all sources share it. */
export interface SharedLink extends Link {
  readonly shared: boolean;
}

/** What `link` stands for; the Wi-Fi preset is one channel for all. */
export function linkOf({ link: wanted }: { readonly link: LinkName | SharedLink | null }): SharedLink | null {
  return typeof wanted === 'string' ? { ...linkPresets[wanted], shared: wanted === 'wifi6' } : wanted;
}

export type ExperimentInput = z.input<typeof experimentSchema>;
