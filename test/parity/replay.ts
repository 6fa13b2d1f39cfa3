import { buildClient, buildServer, type ClientNetwork, type ServerNetwork } from '../../main/model/build.ts';
import { endOf, follow } from '../../main/model/chain.ts';
import { adaptiveAverage } from '../../main/model/layers/pool-flatten.ts';
import { decompressedShape } from '../../main/model/shapes.ts';
import type { Shape } from '../../main/model/spec.ts';
import type { NamedTensor, StateDict } from '../../main/model/state.ts';
import { clientHalf, type ClientHalf } from '../../main/training/client.ts';
import { openCodecs } from '../../main/offload/codecs/session-codecs.ts';
import { codecChoice } from '../../main/offload/codecs/table.ts';
import { decodeInfer, encodeInfer } from '../../main/offload/protocol/messages.ts';
import { codecsFor, codecSettings, scheduled } from '../../main/training/controller.ts';
import { inProcessOffloader } from '../../main/training/in-process.ts';
import { serverHalf, type ServerHalf } from '../../main/training/server.ts';
import { batchOf, floats, stateUnder, toNhwc, type ParityCase } from './case.ts';

/**
 * Errors of everything compared, each relative to the largest recorded magnitude of its tensor. What sums of tens of
 * thousands of float32 terms leave is none: `noise`, whatever the size of the tensor.
 */
export interface Agreement {
  readonly losses: Map<string, number>;
  readonly tensors: Map<string, number>;
}

interface Halves {
  readonly client: ClientHalf;
  readonly server: ServerHalf;
  readonly sent: Shape;
}

const noise = 1e-6;

/**
 * Trains through a recorded case and compares every number on the way. `nudge` other than 0 starts from weights that
 * differ in their last bits, another sequence for each number.
 */
export async function replay(
  recorded: ParityCase,
  { fold, nudge }: { fold: boolean; nudge: number },
): Promise<Agreement> {
  const agreement: Agreement = { losses: new Map(), tensors: new Map() };
  const reference = (prefix: string): StateDict => {
    const state = stateUnder(recorded.tensors, prefix);
    return fold && 'classifier.0.weight' in state ? foldFirstDense(state, recorded) : state;
  };
  const halves = openHalves(recorded, fold);
  const { client, server } = halves;
  client.write({ weights: nudged(reference('init/client.'), nudge), momentum: (await client.read()).momentum });
  server.write({ weights: nudged(reference('init/server.'), nudge), momentum: (await server.read()).momentum });

  await replaySteps(recorded, halves, agreement);
  compareStates(agreement, 'client', (await client.read()).weights, reference('final/client.'));
  compareStates(agreement, 'server', (await server.read()).weights, reference('final/server.'));
  await replayEvaluation(recorded, halves, agreement);
  client.dispose();
  server.dispose();
  return agreement;
}

function openHalves({ network, settings, layer }: ParityCase, fold: boolean): Halves {
  const cut = { layer, module: { resolution: settings.resolution, features: 1 } };
  const gate = {
    delta: settings.delta,
    epsilon: settings.epsilon,
    lambda: settings.lam,
    mask: 'squared',
    ties: 'keep',
  } as const;
  const optimiser = { momentum: settings.optimizer.momentum, weightDecay: settings.optimizer.weight_decay };
  const clientNetwork: ClientNetwork = buildClient(network, cut, { seed: 0 });
  const serverNetwork: ServerNetwork = buildServer(network, cut, { seed: 0, fold });
  return {
    client: clientHalf(clientNetwork, { input: network.input, gate, optimiser, seed: 0 }),
    server: serverHalf(serverNetwork, { classes: network.classes, optimiser, seed: 0, clientTrains: true }),
    sent: clientNetwork.cutShape,
  };
}

async function replaySteps(
  recorded: ParityCase,
  { client, server }: Halves,
  { losses, tensors }: Agreement,
): Promise<void> {
  const { settings, network, method } = recorded;
  // The published prune goes backward through its cast to float16, deprune sends its gradient in float32.
  const down = method === 'prune' ? 'float16' : 'float32';
  const codecs = codecSettings({ up: 'float16', down, full: 'float32' });
  const offloader = inProcessOffloader(server, scheduled(codecs).codecs, 1);
  for (const { step, mode, budget, cross_entropy: crossEntropy, total_loss: totalLoss } of recorded.steps) {
    const reset = recorded.resets.get(step);
    if (reset) client.setGate(reset);
    compare(
      tensors,
      `step${step}/gate_before`,
      (await client.gate())!,
      floats(recorded.tensors, `step${step}/gate_before`),
    );
    const batch = batchOf(recorded.tensors, `step${step}`, network.input);
    const kept = mode === 'gated' ? budget : null;
    const begun = await client.begin(batch, kept, step);
    const request = {
      step,
      labels: batch.labels,
      classes: network.classes,
      learningRate: settings.optimizer.lr,
    };
    const { loss, gradient } = await offloader.step({ ...begun.features, ...request }, codecsFor(kept, codecs));
    begun.finish(gradient, settings.optimizer.lr);
    losses.set(`step${step}/cross_entropy`, Math.abs(loss - crossEntropy) / crossEntropy);
    const total = loss + settings.epsilon * begun.pruneLoss;
    losses.set(`step${step}/total_loss`, Math.abs(total - totalLoss) / totalLoss);
    compare(
      tensors,
      `step${step}/gate_after`,
      (await client.gate())!,
      floats(recorded.tensors, `step${step}/gate_after`),
    );
  }
}

async function replayEvaluation(
  { tensors, network, settings }: ParityCase,
  halves: Halves,
  agreement: Agreement,
): Promise<void> {
  const { client, server, sent } = halves;
  const batch = batchOf(tensors, 'eval', network.input);
  const codecs = openCodecs([codecChoice('float16')], 1);
  for (const [name, budget] of [
    ['ungated', null],
    ['gated', settings.eval_budget],
  ] as const) {
    const features = await client.infer(batch, budget);
    const logits = await server.infer(decodeInfer(encodeInfer(features, codecs, 0), codecs));
    compare(agreement.tensors, `eval/logits_${name}`, logits, floats(tensors, `eval/logits_${name}_fp16`));
    if (!features.selection) {
      const split = toNhwc(floats(tensors, 'eval/split'), batch.samples, sent);
      compare(agreement.tensors, 'eval/split', features.maps, split);
      continue;
    }
    const mask = new Float32Array(features.total);
    features.selection.kept.forEach((map, i) => (mask[map] = features.selection!.mask[i]!));
    compare(agreement.tensors, 'eval/mask', mask, floats(tensors, 'eval/mask'));
  }
}

function compareStates({ tensors }: Agreement, half: string, ours: StateDict, theirs: StateDict): void {
  for (const [name, tensor] of Object.entries(theirs)) {
    // The recording has the gate once more under a name of its own.
    const own = ours[name] ?? (name === 'prune_filter' ? gateOf(ours) : undefined);
    if (!own) throw new Error(`the ${half} has no tensor ${name}`);
    if (tensor.data instanceof BigInt64Array) {
      tensors.set(`final/${half}.${name}`, own.data[0] === tensor.data[0] ? 0 : Infinity);
    } else {
      compare(tensors, `final/${half}.${name}`, own.data as Float32Array, tensor.data);
    }
  }
}

function gateOf(state: StateDict): NamedTensor | undefined {
  return Object.entries(state).find(([name]) => name.endsWith('.prune_filter'))?.[1];
}

function compare(errors: Map<string, number>, name: string, ours: Float32Array, theirs: Float32Array): void {
  if (ours.length !== theirs.length)
    throw new Error(`${name} has ${ours.length} values, the recording ${theirs.length}`);
  let largest = 0;
  let difference = 0;
  theirs.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, Math.abs(value - ours[i]));
  });
  errors.set(name, difference < noise ? 0 : difference / (largest || 1));
}

/** By one to ten times 1e-7: as far apart as sums of a few hundred terms are that were added in another order. */
function nudged(state: StateDict, nudge: number): StateDict {
  const size = 1e-7 * (1 + (nudge % 10));
  const move = (value: number, i: number): number => value * (1 + size * Math.sin(nudge * (i + 1)));
  return Object.fromEntries(
    Object.entries(state).map(([name, { shape, data }]) => [
      name,
      { shape, data: data instanceof Float32Array ? data.map(move) : data },
    ]),
  );
}

/** W·A for a recorded weight W of the first dense layer (see fold.ts). */
function foldFirstDense(state: StateDict, { network, layer, settings }: ParityCase): StateDict {
  const weight = state['classifier.0.weight'];
  const advance = (input: Shape, entries: typeof network.body): Shape => {
    const start = { input, nodes: false, fold: true };
    return endOf(follow(entries, start), start).input;
  };
  const cut = advance(network.input, network.body.slice(0, layer - 1));
  const module = { resolution: settings.resolution, features: 1 };
  const [side] = advance(decompressedShape(module, cut), network.body.slice(layer - 1));
  if (side >= 7) return state;
  const pooling = adaptiveAverage([side, side], 7);
  const cells = side * side;
  const folded = new Float32Array((weight.data.length / 49) * cells);
  weight.data.forEach((value, i) => {
    const at = Math.floor(i / 49) * cells;
    for (let c = 0; c < cells; c++) folded[at + c] += Number(value) * pooling[(i % 49) * cells + c];
  });
  const [units] = weight.shape as [number];
  return { ...state, 'classifier.0.weight': { shape: [units, folded.length / units], data: folded } };
}
