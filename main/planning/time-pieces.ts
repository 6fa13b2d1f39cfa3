import * as tf from '@tensorflow/tfjs-core';
import { buildLinks } from '../model/chain.ts';
import { compressionModule, type ModuleOptions } from '../model/compression.ts';
import { decompressionModule } from '../model/decompression.ts';
import type { Forward, Layer } from '../model/layers/layer.ts';
import { disposeWeights, type ApplyGradient, type Weights } from '../model/layers/layer.ts';
import type { Cut, NetworkSpec, Shape } from '../model/spec.ts';
import { random } from '../random.ts';
import { sgd, type OptimiserSettings } from '../training/optimiser.ts';
import { keyOf, serverPieces, type EdgePiece, type Piece } from './pieces.ts';
import { stopwatch, type Stopwatch } from './stopwatch.ts';
import { piecesAt, possibleCuts, typical, type PieceTimes, type TimeTable } from './times.ts';

/** Passes before those that are timed: the first ones compile and take memory. */
const warmUp = 2;
/** What takes so many seconds is timed no more often than this. */
const enough = { passes: 4, chainSeconds: 3, edgeSeconds: 0.3 } as const;

export interface TimingOptions {
  /** Samples of a batch. */
  readonly batch: number;
  readonly optimiser: OptimiserSettings;
  /** Times there are: what they have is not timed again. */
  readonly known: TimeTable;
  /** How often each is timed. */
  readonly passes: number;
  readonly onPiece?: (done: number, total: number) => void;
}

/**
 * Seconds that each piece of a network takes on the open engine for a batch, whatever its cut: the median of several passes.
 * Layers are timed one after the other in whole passes, as they are computed; edges each by itself.
 */
export async function timePieces(
  network: NetworkSpec,
  module: Cut['module'],
  { known, onPiece, ...options }: TimingOptions,
): Promise<TimeTable> {
  const table: Record<string, PieceTimes> = {};
  const watch = await stopwatch();
  const cuts = possibleCuts(network, module);
  const missing = piecesAt(network, cuts).filter((piece) => !(keyOf(piece) in known));
  const left = (): Piece[] => missing.filter((piece) => !(keyOf(piece) in table));
  const tell = (): void => onPiece?.(missing.length - left().length, missing.length);
  tell();
  // The image itself at the cut makes the whole network the server's; elsewhere its layers may get maps of other sizes.
  for (const cut of [{ layer: 0, module: null }, ...cuts]) {
    const chain = serverPieces(network, cut, null).filter((piece) => piece.kind === 'layer');
    const wanted = new Set(left().map(keyOf));
    for (const first of [true, false]) {
      // That the image needs no gradient is the first layer's matter alone.
      const asked = first ? chain.map((piece, i) => ({ ...piece, first: i === 0 })) : [{ ...chain[0], first }];
      if (!asked.some((piece) => wanted.has(keyOf(piece)))) continue;
      Object.assign(table, await timeChain(asked, options, watch));
      tell();
    }
  }
  for (const piece of left()) {
    if (piece.kind !== 'layer') table[keyOf(piece)] = await timeEdge(piece, options, watch);
    tell();
  }
  return table;
}

type LayerPiece = Extract<Piece, { kind: 'layer' }>;
type Options = Pick<TimingOptions, 'batch' | 'optimiser' | 'passes'>;

async function timeChain(
  pieces: readonly LayerPiece[],
  { batch, optimiser, passes }: Options,
  watch: Stopwatch,
): Promise<TimeTable> {
  const layers = buildLinks(
    pieces.map(({ link }) => link),
    (module) => String(module),
    1,
  );
  const sgdOf = layers.map(({ parameters }) => sgd(parameters, optimiser));
  const [{ link, first }] = pieces;
  const x = noise([batch, ...link.place.input]);
  const laps = layers.map(() => ({ forward: [] as number[], backward: [] as number[], infer: [] as number[] }));
  const start = performance.now();
  const isEnough = (pass: number): boolean =>
    pass >= enough.passes && performance.now() - start > 1000 * enough.chainSeconds;
  for (let pass = -warmUp; pass < passes && !isEnough(pass); pass++) {
    const forwards: Forward[] = [];
    const note = (lap: keyof (typeof laps)[number], at: number, seconds: number): void => {
      if (pass >= 0) laps[at][lap].push(seconds);
    };
    let y = x;
    for (const [at, layer] of layers.entries()) {
      const { result, seconds } = await watch.lap(() => layer.forward(y, { seed: 1, step: pass + warmUp }), outputOf);
      note('forward', at, seconds);
      forwards.push(result);
      y = result.y;
    }
    let dy = tf.onesLike(y);
    for (let at = layers.length - 1; at >= 0; at--) {
      const above = dy;
      const work = (): tf.Tensor | null => {
        const dx = forwards[at].backward(above, sgdOf[at].apply, at > 0 || !first);
        sgdOf[at].finish();
        return dx;
      };
      const { result, seconds } = await watch.lap(work, (dx) => dx ?? weightOf(layers[at]));
      note('backward', at, seconds);
      above.dispose();
      dy = result ?? dy;
    }
    if (!first) dy.dispose();
    for (const { at, seconds } of await inferLaps(layers, x, watch)) note('infer', at, seconds);
  }
  x.dispose();
  layers.forEach(disposeWeights);
  sgdOf.forEach((each) => each.dispose());
  return Object.fromEntries(
    pieces.map((piece, at) => {
      const { forward, backward, infer } = laps[at];
      return [keyOf(piece), [typical(forward), typical(backward), typical(infer)] as const];
    }),
  );
}

async function inferLaps(
  layers: readonly Layer[],
  x: tf.Tensor,
  watch: Stopwatch,
): Promise<{ at: number; seconds: number }[]> {
  const laps: { at: number; seconds: number }[] = [];
  let y = x;
  for (const [at, layer] of layers.entries()) {
    const { result, seconds } = await watch.lap(
      () => layer.infer(y),
      (made) => made,
    );
    if (y !== x) y.dispose();
    y = result;
    laps.push({ at, seconds });
  }
  if (y !== x) y.dispose();
  return laps;
}

/** What an edge does in one pass, with what it waits for. */
interface Edge {
  readonly weights: Weights | null;
  forward(): Promise<void>;
  backward(apply: ApplyGradient): Promise<void>;
  infer(): Promise<void>;
  close(): void;
}

async function timeEdge(
  piece: EdgePiece,
  { batch, optimiser, passes }: Options,
  watch: Stopwatch,
): Promise<PieceTimes> {
  const edge = piece.kind === 'client edge' ? clientEdge(piece, batch) : serverEdge(piece, batch, watch);
  const steps = sgd(edge.weights?.parameters ?? [], optimiser);
  const laps: [number[], number[], number[]] = [[], [], []];
  const start = performance.now();
  const isEnough = (pass: number): boolean =>
    pass >= enough.passes && performance.now() - start > 1000 * enough.edgeSeconds;
  for (let pass = -warmUp; pass < passes && !isEnough(pass); pass++) {
    const works = [
      () => edge.forward(),
      async () => {
        await edge.backward(steps.apply);
        steps.finish();
      },
      () => edge.infer(),
    ];
    for (const [i, work] of works.entries()) {
      const seconds = await watch.waited(work);
      if (pass >= 0) laps[i].push(seconds);
    }
  }
  edge.close();
  steps.dispose();
  if (edge.weights) disposeWeights(edge.weights);
  return [typical(laps[0]), typical(laps[1]), typical(laps[2])];
}

/** Compression, and the values read for the message; the gradient given back. */
function clientEdge(piece: EdgePiece, batch: number): Edge {
  const { module: spec, before, passesOn } = piece;
  const module = spec && compressionModule(optionsOf(piece, spec));
  const kept = keptMaps(piece);
  const x = noise(shapeOf(batch, before.input, before.nodes));
  const gradient = new Float32Array(x.size);
  let forward: ReturnType<NonNullable<typeof module>['forward']> | null = null;
  return {
    weights: module,
    async forward() {
      forward = module && module.forward(x, kept);
      await (forward?.maps ?? x).data();
    },
    async backward(apply) {
      const { shape, size } = forward?.maps ?? x;
      const dMaps = tf.tensor(gradient.subarray(0, size), shape);
      if (module) {
        forward?.backward(dMaps, apply, (dGate) => apply(module.gate, dGate), passesOn)?.dispose();
        await module.gate.value.data();
      }
      dMaps.dispose();
    },
    async infer() {
      const maps = module ? module.infer(x, kept) : x;
      await maps.data();
      if (maps !== x) maps.dispose();
    },
    close: () => x.dispose(),
  };
}

/** What arrived given to the engine, and decompression; the gradient read. */
function serverEdge(piece: EdgePiece, batch: number, watch: Stopwatch): Edge {
  const { module: spec, sent, passesOn } = piece;
  const module = spec && decompressionModule(optionsOf(piece, spec));
  const kept = keptMaps(piece);
  const [height, width, total] = sent;
  const shape: [number, number, number, number] = [batch, height, width, kept?.length ?? total];
  const values = normal(tf.util.sizeFromShape(shape));
  const receive = () => ({
    maps: tf.tensor4d(values, shape),
    kept,
    mask: kept && tf.tensor1d(new Float32Array(kept.length).fill(0.5)),
  });
  let received = receive();
  let forward: ReturnType<NonNullable<typeof module>['forward']> | null = null;
  let dy: tf.Tensor | null = null;
  const dispose = (): void => tf.dispose([received.maps, received.mask ?? []]);
  return {
    weights: module,
    async forward() {
      dispose();
      received = receive();
      forward = module && module.forward(received);
      await watch.settle(forward?.y ?? received.maps);
      dy ??= forward && tf.onesLike(forward.y);
    },
    async backward(apply) {
      const dMaps = forward ? forward.backward(dy!, apply) : null;
      if (passesOn) await (dMaps ?? received.maps).data();
      dMaps?.dispose();
    },
    async infer() {
      dispose();
      received = receive();
      const y = module?.infer(received) ?? null;
      await watch.settle(y ?? received.maps);
      y?.dispose();
    },
    close() {
      dispose();
      dy?.dispose();
    },
  };
}

function optionsOf({ before, sent }: EdgePiece, spec: NonNullable<EdgePiece['module']>): ModuleOptions {
  return { spec, originals: before.input[2], maps: sent[2], nodes: before.nodes, name: 'module', seed: 1 };
}

function keptMaps({ kept }: EdgePiece): number[] | null {
  return kept === null ? null : Array.from({ length: kept }, (_, map) => map);
}

function shapeOf(batch: number, input: Shape, nodes: boolean): number[] {
  return nodes ? [batch, input[2]] : [batch, ...input];
}

function noise(shape: number[]): tf.Tensor {
  return tf.tensor(normal(tf.util.sizeFromShape(shape)), shape);
}

function normal(count: number): Float32Array {
  const source = random(1, 'timing');
  return Float32Array.from({ length: count }, () => source.normal());
}

const outputOf = ({ y }: Forward): tf.Tensor => y;

function weightOf({ parameters }: Layer): tf.Tensor | null {
  return parameters.at(-1)?.value ?? null;
}
