import { beforeAll, describe, expect, it, vi } from 'vitest';
import type * as Index from '../../../../main/offload/codecs/index.ts';
import type { BatchSource } from '../../../../main/data/source.ts';
import { openEngine } from '../../../../main/engine/engine.ts';
import { examine } from '../../../../main/lab/design/examine.ts';
import { connectOffload } from '../../../../main/offload/client/client.ts';
import { openCodecs } from '../../../../main/offload/codecs/session-codecs.ts';
import { codecChoice, codecsOffered, type CodecName } from '../../../../main/offload/codecs/table.ts';
import { encodeStep } from '../../../../main/offload/protocol/messages.ts';
import { setSequence } from '../../../../main/offload/protocol/header.ts';
import { openCheckpoints } from '../../../../main/offload/server/checkpoints.ts';
import { startOffloadServer } from '../../../../main/offload/server/server.ts';
import { createSession } from '../../../../main/offload/server/session.ts';
import { trainedHalf } from '../../../../main/offload/server/trained-half.ts';
import { createTurns } from '../../../../main/offload/server/turns.ts';
import { newToken } from '../../../../main/offload/transport/token.ts';
import { memoryBudget } from '../../../../main/processes/server/memory.ts';
import { openHalf } from '../../../../main/processes/server/open-half.ts';
import { remoteOffloader } from '../../../../main/processes/source/remote.ts';
import { loadCheckpoint, saveCheckpoint } from '../../../../main/runs/checkpoint/checkpoint.ts';
import type { Experiment, ExperimentInput } from '../../../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { planTraffic } from '../../../../main/runs/experiment/plan-traffic.ts';
import { applySetting } from '../../../../main/runs/experiment/settings.ts';
import { trainExperiment, type TrainExperimentOptions } from '../../../../main/runs/life/train-experiment.ts';
import type { Snapshot, TrainingEvent } from '../../../../main/training/snapshot.ts';
import { temporaryFolder } from '../../../support/closing.ts';
import { noiseSource } from '../../../support/halves.ts';
import { unbound } from '../../../support/run-records.ts';
import { aborting, checkpointsOf, eventsOf, lastSnapshot, recordsOf, timeless } from '../../../support/training.ts';
import { networkSpec } from '../../../../main/model/zoo.ts';
import { fakeHalf, stepRequest } from '../fake-half.ts';
import { computeOverPort } from '../../processes/server/compute-over-port.ts';

/** All there is to adding a codec: a member of the table. */
vi.mock('../../../../main/offload/codecs/index.ts', async (original) => {
  const { codecs } = await original<typeof Index>();
  const { toy } = await import('../../../support/toy-codec.ts');
  return { codecs: [...codecs, toy] };
});

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const toy = 'toy' as CodecName;
const toyDeflated = 'toy+deflate' as CodecName;

const network = networkSpec('cnn', { input: [8, 8, 3], classes: 3, width: 0.25 });
const data = noiseSource(network, { batches: 3, testBatches: 1, samples: 4 });

const input: ExperimentInput = {
  model: { name: 'cnn', width: 0.25 },
  split: { layer: 3 },
  batchSize: 4,
  checkpointSteps: 1,
  phases: [
    { budget: 2, epochs: 2 },
    { budget: 'full', epochs: 1 },
  ],
  codec: { up: { name: toy, levels: 31 }, down: { name: toy, levels: 200 }, full: toyDeflated },
};
const experiment = parseExperiment(input);

interface Training extends TrainExperimentOptions {
  readonly from?: BatchSource;
}

function train(options: Training = {}): Promise<TrainingEvent[]> {
  return eventsOf(trainExperiment(experiment, 1, options.from ?? data, options));
}

/** A server of this process, which has the toy too, and sources that reach it over a socket. */
async function overSocket(): Promise<{ connect: TrainExperimentOptions['connect']; close: () => Promise<void> }> {
  const token = newToken();
  const server = await startOffloadServer({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    token,
    software: 'test',
    engine: 'test',
    models: ['cnn'],
    checkpoints: temporaryFolder(),
    open: (request) => openHalf(request, memoryBudget(1e9), computeOverPort()),
  });
  const run = newToken();
  let saved = 0;
  return {
    close: () => server.close(),
    async connect({ network: { input: shape, classes }, cut, clientTrains, codecs }) {
      const { momentum, weightDecay } = experiment.optimiser;
      const client = await connectOffload({
        server: { url: server.url, token },
        software: 'test',
        session: {
          id: newToken(),
          purpose: 'train',
          model: { name: 'cnn', width: 0.25, input: [...shape], classes },
          cut,
          codecs: codecs.map(({ name, params }) => ({ name, params })),
          optimiser: { momentum, weightDecay },
          seed: 1,
          gradient: clientTrains,
          source: { run, index: 0, count: 1, serverHalf: 'own' },
        },
      });
      return remoteOffloader(client, {
        codecs: openCodecs(codecs, 1),
        wantsGradient: clientTrains,
        enter: () => Promise.resolve(),
        meet: (final) => Promise.resolve({ keeper: true, full: final }),
        checkpointName: () => `kept-${saved++}`,
      });
    },
  };
}

async function throughDisk(snapshot: Snapshot): Promise<Snapshot> {
  const folder = temporaryFolder();
  await saveCheckpoint(folder, new Map([[0, snapshot]]), unbound);
  return (await loadCheckpoint(folder)).get(0)!;
}

describe('a codec with a parameter and a memory, added to the table', () => {
  it('is part of experiments, by name and with its parameter', () => {
    const codecOf = (codec: object): Experiment['codec'] => parseExperiment({ codec }).codec;
    expect(codecOf({ up: 'toy' }).up).toBe('toy');
    expect(codecOf({ up: { name: 'toy', levels: 3 } }).up).toEqual({ name: 'toy', levels: 3 });
    expect(codecOf({ up: { name: 'toy+deflate' } }).up).toEqual({ name: 'toy+deflate', levels: 16 });
    expect(parseExperiment(applySetting({}, 'codec.up={"name":"toy","levels":9}')).codec.up).toMatchObject({
      levels: 9,
    });
    expect(() => codecOf({ up: { name: 'toy', levels: 1 } })).toThrow('codec.up.levels is 1: expected from 2 to 256');
    expect(() => codecOf({ up: { name: 'toy', bits: 1 } })).toThrow(
      'codec.up.bits is not a field: expected name, levels',
    );
    expect(() => codecOf({ up: { name: 'int8', levels: 9 } })).toThrow('codec.up.levels is not a field: expected name');
    expect(() => codecOf({ up: { name: 'toyy' } })).toThrow(/codec\.up\.name is "toyy": expected one of float32,.*toy/);
    expect(codecChoice(toy)).toEqual({ name: 'toy', params: { levels: 16 } });
  });

  it('is offered by plans as it asks for, and not for answers, after those in the table before it', () => {
    expect(codecsOffered('plans')).toEqual(['float32', 'float16', 'int8', 'toy']);
    expect(codecsOffered('answers')).toEqual(['float16', 'int8']);
  });

  it('is planned as it is counted', async () => {
    const plan = planTraffic(parseExperiment({ ...input, codec: { up: toy, down: toy, full: toy } }), data.info);
    const counted = await eventsOf(
      trainExperiment(parseExperiment({ ...input, codec: { up: toy, down: toy, full: toy } }), 1, data, {}),
    );
    const last = recordsOf(counted).findLast((record) => record.kind === 'epoch')!;
    expect([plan.bytesUp, plan.bytesDown, plan.atMost]).toEqual([last.bytesUp, last.bytesDown, false]);
    expect(planTraffic(experiment, data.info).atMost).toBe(true);
    const { network: described } = examine({ codec: { up: toy } }, { list: () => [], epochs: () => [] });
    expect(described?.cuts.find(({ layer }) => layer === 5)).toMatchObject({ traffic: [{ up: 8 * 8 * 4 + 1 }, {}] });
  });

  it('trains in one process, and goes on from every checkpoint bit for bit', async () => {
    const whole = await train();
    for (const [at, event] of whole.entries()) {
      if (event.kind !== 'checkpoint') continue;
      const rest = await train({ resume: await throughDisk(event.snapshot) });
      expect(timeless(rest)).toEqual(timeless(whole.slice(at + 1)));
    }
    const [first] = checkpointsOf(whole);
    const forgetful = await train({ resume: { ...first.snapshot, codecs: undefined } });
    expect(timeless(recordsOf(forgetful)).at(-1)).not.toEqual(timeless(recordsOf(whole)).at(-1));
  });

  it('trains over a socket as in one process, and goes on there after a stop', async () => {
    const here = timeless(recordsOf(await train()));
    const wireless = (events: TrainingEvent[]): unknown[] =>
      timeless(recordsOf(events)).map((record) => Object.assign({}, record, { wireUp: 0, wireDown: 0 }));
    const expected = here.map((record) => Object.assign({}, record, { wireUp: 0, wireDown: 0 }));
    // The third is a batch of the test after the first epoch, which the codecs of the training are not to remember.
    for (const delivery of [1, 3, 5]) {
      const { connect, close } = await overSocket();
      const stop = new AbortController();
      const begun = await train({ connect, signal: stop.signal, from: aborting(data, stop, delivery) });
      const snapshot = lastSnapshot(begun);
      expect(snapshot.server.kind).toBe('kept');
      const ended = await train({ connect, resume: await throughDisk(snapshot) });
      expect(wireless([...begun, ...ended])).toEqual(expected);
      await close();
    }
  });

  it('sees a request that is sent again once', async () => {
    const choices = [codecChoice(toy)];
    const [near, far] = [openCodecs(choices, 1), openCodecs(choices, 1)];
    const session = createSession({
      half: trainedHalf(fakeHalf(), createTurns(), { shared: false, gather: null }),
      checkpoints: openCheckpoints(temporaryFolder(), 'run', 0, { checkpointBytes: 1, diskBytes: 1, checkpoints: 1 }),
      purpose: 'train',
      source: 0,
      inFlight: 4,
      codecs: far,
      average: () => Promise.reject(new Error('not part of this')),
    });
    const before = far.read();
    const message = encodeStep(stepRequest(1), near, { codec: 0, answerCodec: 0 });
    setSequence(message, 1);
    const answer = await session.take(message);
    const once = far.read();
    expect(once).not.toEqual(before);
    expect(await session.take(message)).toEqual(answer);
    expect(far.read()).toEqual(once);
  });

  it('refuses a state that is not its own, and keeps the one it has', () => {
    const codecs = openCodecs([codecChoice(toy), codecChoice('float32')], 1);
    const before = codecs.read();
    expect(Object.keys(before)).toEqual(['0.up.tensors', '0.down.tensors']);
    const counted = { shape: [1], data: BigInt64Array.of(7n) };
    for (const name of ['1.up.tensors', '0.up.tensors', '0.up.lost.1']) {
      expect(() => codecs.write({ [name]: counted })).toThrow(expect.objectContaining({ code: 'codec-state' }));
      expect(codecs.read()).toEqual(before);
    }
  });
});
