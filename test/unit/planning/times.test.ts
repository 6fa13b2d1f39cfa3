import { writeFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import { networkSpec } from '../../../main/model/zoo.ts';
import { codecChoice, keyOf as codecKey } from '../../../main/offload/codecs/table.ts';
import { knownTimes, type TimesRequest } from '../../../main/planning/known-times.ts';
import { machineTimes, type ServerBeside } from '../../../main/planning/measure.ts';
import { clientPieces, keyOf, serverPieces, timedBudgets } from '../../../main/planning/pieces.ts';
import { fitLink } from '../../../main/planning/time-server.ts';
import { timePieces } from '../../../main/planning/time-pieces.ts';
import { serveOffload } from '../../../main/processes/server/serve.ts';
import {
  beyondPieces,
  between,
  piecesAt,
  possibleCuts,
  tableTimes,
  type PieceTimes,
} from '../../../main/planning/times.ts';
import { temporaryFolder } from '../../support/closing.ts';

const module = { resolution: 1, features: 1 };
const cnn = networkSpec('cnn', { input: [16, 16, 3], classes: 4, width: 0.125 });

describe('pieces', () => {
  it('make up the halves at every cut, so that the network is timed once for all of them', () => {
    const pieces = piecesAt(cnn, possibleCuts(cnn, module));
    const keys = new Set(pieces.map(keyOf));
    expect(keys.size).toBe(pieces.length);
    for (const cut of possibleCuts(cnn, module)) {
      for (const piece of [...clientPieces(cnn, cut, null), ...serverPieces(cnn, cut, null)]) {
        expect(keys).toContain(keyOf(piece));
      }
    }
    const layers = pieces.filter(({ kind }) => kind === 'layer');
    // The first layer goes back without a gradient for the image on the client, and with one behind the module.
    expect(layers).toHaveLength(cnn.body.length + cnn.head.length + 1);
  });

  it('are summed up, the half behind the cut with the edge at it', () => {
    const cut = { layer: 3, module };
    const one: PieceTimes = [1, 10, 100];
    const table = Object.fromEntries(piecesAt(cnn, [cut]).map((piece) => [keyOf(piece), one]));
    const beyond = { client: { train: 2, infer: 1 }, server: { train: 1, infer: 3 }, wire: { message: 0, value: 0 } };
    const times = tableTimes(cnn, { pieces: table, beyond });
    expect(times.client(cut, null)).toEqual({ train: 2 * 3 * 11, infer: 3 * 100 });
    const server = cnn.body.length - 2 + cnn.head.length + 1;
    expect(times.server(cut, 2)).toEqual({ train: server * 11, infer: 3 * server * 100 });
  });

  it('are held against whole halves in turn, and their messages against those between idle ones', () => {
    const cut = { layer: 3, module };
    const pieces = Object.fromEntries(piecesAt(cnn, [cut]).map((piece) => [keyOf(piece), [1, 1, 1] as PieceTimes]));
    const [layers, behind] = [clientPieces(cnn, cut, null).length, serverPieces(cnn, cut, null).length];
    const half = (train: number, infer: number) => ({ train, infer });
    const at = (budget: number | null, more: number, wire: number, values: number) => ({
      budget,
      client: half(2 * layers * more, layers),
      server: half(4 * behind, behind * more),
      wire,
      values,
    });
    // Twice a message of 1 s, 0.1 s a value; in turn half a second more each, and 0.2 s more a value.
    const [least] = timedBudgets(module, [8, 8, 4]);
    const whole = [at(least, 1, 2 + 1 + 10 * 0.3, 10), at(null, 2, 2 + 1 + 100 * 0.3, 100)];
    const beyond = beyondPieces(cnn, cut, pieces, whole, { message: 1, value: 0.1 });
    expect(beyond.client).toEqual({ train: 1.5, infer: 1 });
    expect(beyond.server).toEqual({ train: 2, infer: 1.5 });
    expect(beyond.wire.message).toBeCloseTo(0.5, 9);
    expect(beyond.wire.value).toBeCloseTo(0.2, 9);
    const faster = beyondPieces(cnn, cut, pieces, [at(null, 1, 1, 10)], { message: 1, value: 0.1 });
    expect(faster.wire).toEqual({ message: 0, value: 0 });
  });

  it('lie on a line between the budgets that are timed', () => {
    const timed = timedBudgets(module, [8, 8, 64]);
    expect(timed).toEqual([4, 16, null]);
    const at = (kept: number | null) => ({ train: kept ?? 64, infer: 2 * (kept ?? 64) });
    for (const budget of [4, 10, 16, 40, 64]) {
      expect(between(timed, 64, budget, at)).toEqual({ train: budget, infer: 2 * budget });
    }
    expect(between(timed, 64, null, at).train).toBe(64);
    expect(between(timed, 64, 100, at).train).toBe(64);
    expect(between(timed, 64, 1, at).train).toBe(4);
    expect(timedBudgets(null, [8, 8, 64])).toEqual([null]);
  });
});

describe('timing', () => {
  /** In this process, and counted. */
  const startServer = (): Promise<ServerBeside> => {
    started++;
    return serveOffload({ home: temporaryFolder(), engine: 'cpu', threads: 1 });
  };
  let started = 0;

  const codecs = [codecChoice('float32')];
  const request: TimesRequest = {
    model: { name: 'cnn', width: 0.125, input: [16, 16, 3], classes: 4 },
    module,
    batchSize: 2,
    momentum: 0.9,
    weightDecay: 0,
    codecs,
    engine: 'cpu',
    threads: 1,
  };

  it('takes every piece, keeps it, and leaves nothing in the engine', async () => {
    const home = temporaryFolder();
    await openEngine('cpu', { threads: 1 });
    const { numTensors } = tf.memory();
    const times = await machineTimes(home, request, { passes: 1, startServer });
    expect(tf.memory().numTensors).toBe(numTensors);
    for (const piece of piecesAt(cnn, possibleCuts(cnn, module))) {
      for (const table of [times.batch, times.one]) expect(Math.max(...table.pieces[keyOf(piece)])).toBeGreaterThan(0);
    }
    expect(times.wire[codecKey(codecs[0])].message).toBeGreaterThan(0);

    const { machine } = times;
    expect(knownTimes(home, machine, request)).toEqual(times);
    expect(knownTimes(home, { ...machine, detail: 'another library' }, request)).toBeNull();
    expect(knownTimes(home, machine, { ...request, batchSize: 3 })).toBeNull();
    expect(started).toBe(1);
    // Taken again, they would be others.
    expect(await machineTimes(home, request, { passes: 1, startServer })).toEqual(times);
    expect(started).toBe(1);
    const [file] = readdirSync(join(home, 'planning'));
    writeFileSync(join(home, 'planning', file), '{"version":');
    expect(knownTimes(home, machine, request)).toBeNull();
  });

  it('takes networks of blocks, of nodes, and maps that a module makes smaller', async () => {
    await openEngine('cpu', { threads: 1 });
    const { numTensors } = tf.memory();
    const optimiser = { momentum: 0, weightDecay: 0 };
    for (const [name, own] of [
      ['resnet18', { resolution: 2, features: 2 }],
      ['mlp', module],
      ['cnn', null],
    ] as const) {
      const network = networkSpec(name, { input: [18, 18, 3], classes: 4, width: 0.0625 });
      const table = await timePieces(network, own, { batch: 1, optimiser, known: {}, passes: 1 });
      const wanted = piecesAt(network, possibleCuts(network, own)).map(keyOf);
      expect(wanted.filter((key) => !(key in table))).toEqual([]);
    }
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

describe('fitLink', () => {
  it('finds the rate and the round trip behind the times of requests', () => {
    const exchanged = [1e3, 2e4, 5e5].map((bytes) => ({
      up: bytes,
      down: bytes,
      seconds: 0.02 + (2 * bytes * 8) / 5e7,
    }));
    const { up, rttMs } = fitLink(exchanged);
    expect(up).toBeCloseTo(50, 6);
    expect(rttMs).toBeCloseTo(20, 6);
  });
});
