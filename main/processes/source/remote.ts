import { decodeSafetensors, encodeSafetensors } from '../../model/safetensors.ts';
import type { SessionCodecs } from '../../offload/codecs/session-codecs.ts';
import type { OffloadClient } from '../../offload/client/client.ts';
import { decodeHalfState, encodeHalfState } from '../../offload/protocol/half-state.ts';
import { decodeGradient, decodeScore, encodeEvaluate, encodeStep } from '../../offload/protocol/messages.ts';
import {
  averageState,
  fetchState,
  keepState,
  readServerCodecs,
  resetServerOptimiser,
  restoreState,
  stepsTaken,
  writeServerCodecs,
  writeState,
} from '../../offload/client/remote-half.ts';
import type { Offloader } from '../../training/offloader.ts';
import type { ServerState } from '../../training/snapshot.ts';
import type { TakenStep } from '../../offload/protocol/control.ts';
import type { MeetingOutcome } from './messages.ts';

export interface RemoteOptions {
  /** Those that the session announced, at this end. */
  readonly codecs: SessionCodecs;
  /** Whether the session asked for gradients. */
  readonly wantsGradient: boolean;
  /** Before the first step of a phase: waits until the sources of the run may go on. */
  readonly enter: () => Promise<void>;
  /** Before a checkpoint: waits for all sources that train one server half. */
  readonly meet: (final: boolean) => Promise<MeetingOutcome>;
  /** Of a half that several sources train. */
  readonly shared?: {
    /** Index of this source. */
    readonly source: number;
    /** Tells the run of steps that the half took from a source. */
    readonly tell: (source: number, steps: readonly TakenStep[]) => void;
  };
  /** A name that no checkpoint of this source had before. */
  readonly checkpointName: () => string;
}

/** The server half behind a session of an offload server. */
export function remoteOffloader(client: OffloadClient, options: RemoteOptions): Offloader {
  const { codecs, wantsGradient, enter, meet, shared, checkpointName } = options;
  // After a final checkpoint nothing that the server keeps is needed any more.
  let complete = false;

  async function saveHalf({ keeper, full, away = [] }: MeetingOutcome): Promise<ServerState> {
    if (!keeper) return { kind: 'shared' };
    const { taken, ...kept } = await keepState(client, checkpointName());
    for (const { source, from } of away) await tellTaken({ source, from, before: taken[source] ?? from });
    if (full) return { kind: 'state', state: decodeHalfState(await fetchState(client, kept)) };
    return { kind: 'kept', ...kept };
  }

  async function tellTaken(asked: { source: number; from: number; before?: number }): Promise<TakenStep[]> {
    const steps = await stepsTaken(client, asked);
    shared?.tell(asked.source, steps);
    return steps;
  }

  return {
    async step(request, { up, down }) {
      complete = false;
      const before = client.traffic().wire;
      const start = performance.now();
      const answerCodec = codecs.indexOf(down);
      const codec = codecs.indexOf(up);
      const sent = encodeStep(request, codecs, { codec, answerCodec });
      const received = await client.request(sent);
      const answer = decodeGradient(received, codecs, { ...request, answerCodec, wantsGradient });
      const { gradient, loss, correct, serverSeconds, waitSeconds } = answer;
      if (wantsGradient) codecs.correct(codec, gradient);
      const seconds = (performance.now() - start) / 1000;
      const { wire } = client.traffic();
      return {
        gradient,
        loss,
        correct,
        bytesUp: sent.length,
        bytesDown: received.length,
        wireUp: wire.sent - before.sent,
        wireDown: wire.received - before.received,
        serverSeconds,
        waitSeconds,
        wireSeconds: Math.max(0, seconds - serverSeconds - waitSeconds),
      };
    },
    async evaluate(request, codec) {
      const message = encodeEvaluate(request, codecs, codecs.indexOf(codec));
      const { loss, correct } = decodeScore(await client.request(message));
      return { loss, correct };
    },
    async phase({ training, phase, fresh }) {
      await enter();
      if (fresh) await resetServerOptimiser(client, [training, phase]);
    },
    async checkpoint(final) {
      const saved = await saveHalf(await meet(final));
      // Not before it is here: until then what the server keeps is all there is to go on from.
      complete = final;
      return saved;
    },
    readCodecs: async () =>
      codecs.stateful ? { client: codecs.read(), server: await readServerCodecs(client) } : undefined,
    async restore(saved, remembered) {
      if (saved.kind === 'state') await writeState(client, encodeHalfState(saved.state));
      if (saved.kind === 'kept') await restoreState(client, saved);
      if (!remembered) return;
      codecs.write(remembered.client);
      await writeServerCodecs(client, remembered.server);
    },
    async average(round, samples, weights) {
      const { state } = await averageState(client, { round, samples, state: encodeSafetensors(weights) });
      return decodeSafetensors(state, 'The average of the client halves');
    },
    ...(shared && { taken: (from: number) => tellTaken({ source: shared.source, from }) }),
    close: () => client.close({ done: complete }),
  };
}
