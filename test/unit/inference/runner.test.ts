import { describe, expect, test } from 'vitest';
import { SluiceError } from '../../../main/errors.ts';
import type { Candidate } from '../../../main/inference/candidate.ts';
import { inferenceController } from '../../../main/inference/controller.ts';
import { inOrder } from '../../../main/inference/in-turn.ts';
import type { PairSession } from '../../../main/inference/pair-session.ts';
import { remoteLink } from '../../../main/inference/remote.ts';
import { inferenceRunner, type RunnerOptions } from '../../../main/inference/runner.ts';
import { summarise } from '../../../main/inference/summary.ts';
import type { Features } from '../../../main/offload/protocol/messages.ts';

const full: Candidate = {
  place: 'server',
  budget: null,
  codec: { name: 'float16', params: {} },
  accuracy: 0.9,
  bytesUp: 100,
  bytesDown: 50,
  clientMultiplyAdds: 1,
  serverMultiplyAdds: 1,
};
const here: Candidate = { ...full, place: 'client', codec: null, bytesUp: 0, bytesDown: 0 };

/** Features are the image; logits of the server are 1 more, those computed here 2 more. */
const halves = {
  client: (image: Float32Array) =>
    Promise.resolve<Features>({ maps: image, shape: [1, 1, 1], total: image.length, selection: null }),
  server: ({ maps }: Features) => Promise.resolve(maps.map((value) => value + 2)),
};

const refusal = (code: string): Promise<never> => Promise.reject(new SluiceError(code, `It is ${code}.`));

/** A runner on a clock that the test moves, at a server that does as `infer` says, and connects as `connect` says. */
function runnerWith({
  infer = ({ maps }) =>
    Promise.resolve({
      logits: maps.map((value) => value + 1),
      bytesUp: 100,
      bytesDown: 50,
      computeSeconds: 0.25,
      waitSeconds: 0.5,
      batch: 1,
    }),
  candidates = [full],
  connect = () => Promise.resolve(),
  ...options
}: Partial<RunnerOptions> & {
  infer?: PairSession['infer'];
  candidates?: readonly Candidate[];
  connect?: () => Promise<void>;
} = {}) {
  let now = 0;
  const events: string[] = [];
  const timers: { at: number; fire: () => void }[] = [];
  const link = remoteLink(async () => {
    await connect();
    const session: PairSession = { infer, close: () => Promise.resolve() };
    return { session: () => session, close: () => Promise.resolve() };
  });
  const runner = inferenceRunner({
    controller: inferenceController({ candidates, target: {}, clock: () => now }),
    halves,
    link,
    giveUpSeconds: 5,
    clock: () => now,
    after: (seconds, signal) =>
      new Promise((resolve, reject) => {
        timers.push({ at: now + seconds, fire: resolve });
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      }),
    onEvent: (message) => events.push(message),
    ...options,
  });
  /** Lets so many seconds go by, and what waits for them go on. */
  async function pass(seconds: number): Promise<void> {
    now += seconds;
    for (const { at, fire } of timers.splice(0)) if (at <= now) fire();
    for (let i = 0; i < 20; i++) await Promise.resolve();
  }
  return { runner, link, events, pass };
}

const image = Float32Array.of(5);

describe('an answer', () => {
  test('comes from the server, with what it cost', async () => {
    const { runner, link } = runnerWith();
    await link.open();
    const answer = await runner.infer(image);
    expect(answer).toMatchObject({
      logits: Float32Array.of(6),
      place: 'server',
      codec: full.codec,
      bytesUp: 100,
      bytesDown: 50,
      fallback: false,
      note: '',
      seconds: { server: 0.75 },
    });
  });

  test('is computed here when the connection breaks, says so, and at the server once it is back', async () => {
    let broken = true;
    const { runner, link, events, pass } = runnerWith({
      infer: ({ maps }) =>
        broken
          ? refusal('connection-lost')
          : Promise.resolve({ logits: maps, bytesUp: 1, bytesDown: 1, computeSeconds: 0, waitSeconds: 0, batch: 1 }),
      connect: () => (broken ? refusal('server-unreachable') : Promise.resolve()),
    });
    broken = false;
    await link.open();
    broken = true;
    for (let i = 0; i < 3; i++) {
      const answer = await runner.infer(image);
      expect(answer).toMatchObject({ logits: Float32Array.of(7), place: 'client', codec: null, fallback: true });
      expect(answer.note).toContain('computed here');
      expect(answer.bytesUp).toBe(0);
      await pass(1);
    }
    broken = false;
    await runner.infer(image);
    await pass(3);
    await runner.infer(image);
    await pass(0);
    expect(await runner.infer(image)).toMatchObject({ place: 'server', fallback: false });
    expect(events).toEqual([expect.stringContaining('The server is lost'), 'The server is back.']);
  });

  test('is computed here when the server says nothing for too long', async () => {
    const { runner, link, pass } = runnerWith({ infer: () => new Promise(() => undefined) });
    await link.open();
    const asked = runner.infer(image);
    await pass(0);
    await pass(5);
    const answer = await asked;
    expect(answer).toMatchObject({ place: 'client', fallback: true });
    expect(answer.note).toContain('5 s');
  });

  test('is computed here where the network here is among the candidates and the server is lost', async () => {
    const { runner } = runnerWith({ candidates: [full, here], connect: () => refusal('server-unreachable') });
    expect(await runner.infer(image)).toMatchObject({ place: 'client', fallback: true });
    const second = await runner.infer(image);
    expect(second).toMatchObject({ logits: Float32Array.of(7), place: 'client', fallback: true });
    expect(second.note).toContain('the server is lost');
  });

  test('is refused, and says so, where its deadline passed; the server is not lost for it', async () => {
    const { runner, link, events } = runnerWith({ infer: () => refusal('deadline-missed') });
    await link.open();
    const answer = await runner.infer(image);
    expect(answer).toMatchObject({ logits: null, fallback: false, note: 'It is deadline-missed.' });
    expect(events).toEqual([]);
    expect(link.current()).not.toBeNull();
  });

  test('is computed here where the queue of the server is full, and refused where nothing here can', async () => {
    const busy = { infer: () => refusal('limit-queue') };
    const { runner, link } = runnerWith(busy);
    await link.open();
    expect(await runner.infer(image)).toMatchObject({ logits: Float32Array.of(7), fallback: true });
    const alone = runnerWith({ ...busy, halves: { client: halves.client } });
    await alone.link.open();
    expect(await alone.runner.infer(image)).toMatchObject({ logits: null, fallback: false });
  });

  test('is an error where the server refuses the request itself', async () => {
    const { runner, link } = runnerWith({ infer: () => refusal('message-malformed') });
    await link.open();
    await expect(runner.infer(image)).rejects.toMatchObject({ code: 'message-malformed' });
  });
});

test('a client without the rest waits for the server', async () => {
  let up = false;
  const { runner, pass } = runnerWith({
    halves: { client: halves.client },
    connect: () => (up ? Promise.resolve() : refusal('server-unreachable')),
  });
  const asked = runner.infer(image);
  await pass(1);
  up = true;
  await pass(2);
  await pass(2);
  expect(await asked).toMatchObject({ place: 'server', logits: Float32Array.of(6) });
});

test('answers come in the order of the images, however they end, and no more are at work than allowed', async () => {
  const waiting: (() => void)[] = [];
  let atWork = 0;
  let most = 0;
  const work = async (item: number): Promise<number> => {
    most = Math.max(most, ++atWork);
    await new Promise<void>((resolve) => waiting.push(resolve));
    atWork--;
    return item;
  };
  const answers: number[] = [];
  const all = (async () => {
    for await (const answer of inOrder([0, 1, 2, 3, 4, 5, 6], 3, work)) answers.push(answer);
  })();
  while (answers.length < 7) {
    for (let i = 0; i < 10; i++) await Promise.resolve();
    waiting.pop()?.();
  }
  await all;
  expect(answers).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(most).toBe(3);
});

test('answers are summed up', () => {
  const answer = {
    budget: null,
    codec: full.codec,
    place: 'server' as const,
    meets: true,
    fallback: false,
    note: '',
    bytesUp: 10,
    bytesDown: 5,
  };
  const seconds = (total: number) => ({ client: 0, wire: 0, server: 0, total });
  const logits = Float32Array.of(0, 1);
  const summary = summarise(
    [
      { image: 'a', label: 1, answer: { ...answer, logits, seconds: seconds(0.1) } },
      { image: 'b', label: 0, answer: { ...answer, logits, seconds: seconds(0.3) } },
      {
        image: 'c',
        label: null,
        answer: { ...answer, logits, seconds: seconds(0.2), place: 'client', fallback: true },
      },
      { image: 'd', label: 0, answer: { ...answer, logits: null, seconds: seconds(9) } },
    ],
    7,
    0.2,
  );
  expect(summary).toEqual({
    images: 4,
    accuracy: 0.5,
    refused: 1,
    server: 2,
    client: 0,
    fallback: 1,
    latency: { p50: 0.2, p95: 0.3, p99: 0.3 },
    kept: 0.5,
    bytesUp: 40,
    bytesDown: 20,
    triedBytes: 7,
  });
});
