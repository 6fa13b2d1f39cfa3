import { randomBytes } from 'node:crypto';
import type { StepRequest } from '../../../main/offload/protocol/messages.ts';
import {
  startOffloadServer,
  type OffloadServer,
  type OffloadServerOptions,
} from '../../../main/offload/server/server.ts';
import type { SessionHandler } from '../../../main/offload/server/handler.ts';
import type { SessionRequest } from '../../../main/offload/protocol/control.ts';
import { newToken } from '../../../main/offload/transport/token.ts';
import { closing, temporaryFolder } from '../../support/closing.ts';
import { imagelessCodecs } from '../../support/codecs.ts';

/** A server half whose one weight is the list of steps it took; a step's gradient is its maps, negated. */
export interface FakeHalf extends SessionHandler {
  readonly steps: number[];
  readonly calls: string[];
}

export function fakeHalf(wait: () => Promise<void> = () => Promise.resolve()): FakeHalf {
  const half: FakeHalf = {
    steps: [],
    calls: [],
    check: () => undefined,
    async step({ maps, step }) {
      await wait();
      half.steps.push(step);
      return { gradient: maps.map((value) => -value), loss: 1, correct: 1 };
    },
    stepTogether: (requests) => Promise.all(requests.map((request) => half.step(request))),
    evaluate: ({ labels }) => Promise.resolve({ loss: 2, correct: labels.length }),
    infer: ({ shape }) => Promise.resolve(new Float32Array(3 * shape[0]).fill(0.5)),
    resetOptimiser() {
      half.calls.push('reset');
      return Promise.resolve();
    },
    read: () => Promise.resolve(new Uint8Array(Uint32Array.from(half.steps).buffer)),
    write(checkpoint) {
      half.steps.splice(0, Infinity, ...new Uint32Array(checkpoint.slice().buffer));
      return Promise.resolve();
    },
    close() {
      half.calls.push('close');
      return Promise.resolve();
    },
  };
  return half;
}

export function stepRequest(step: number): StepRequest {
  return {
    step,
    shape: [2, 2, 2],
    total: 8,
    maps: Float32Array.from({ length: 16 }, (_, i) => step + i / 16),
    selection: { kept: [1, 5], mask: Float32Array.of(1, 0.5) },
    labels: Uint16Array.of(0, 2),
    classes: 3,
    learningRate: 0.1,
  };
}

export function sessionRequest(change: Partial<SessionRequest> = {}): SessionRequest {
  return {
    id: randomBytes(16).toString('base64url'),
    purpose: 'train',
    model: { name: 'fake', width: 1, input: [2, 2, 8], classes: 3 },
    cut: { layer: 1, module: { resolution: 1, features: 1 } },
    codecs: imagelessCodecs,
    optimiser: { momentum: 0, weightDecay: 0 },
    seed: 1,
    gradient: true,
    source: { run: randomBytes(16).toString('base64url'), index: 0, count: 1, serverHalf: 'own' },
    ...change,
  };
}

export const token = newToken();

export async function serve(change: Partial<OffloadServerOptions> = {}): Promise<OffloadServer> {
  return closing(
    await startOffloadServer({
      host: '127.0.0.1',
      port: 0,
      tls: null,
      token,
      software: 'test',
      engine: 'test',
      models: ['fake'],
      checkpoints: temporaryFolder(),
      open: () => Promise.resolve(fakeHalf()),
      ...change,
    }),
  );
}
