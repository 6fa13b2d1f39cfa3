import type { Candidate, Target } from '../../main/inference/candidate.ts';
import { inferenceController, type InferenceController } from '../../main/inference/controller.ts';
import type { Trace } from '../../main/inference/traces.ts';
import { pieceAt } from '../../main/inference/traces.ts';
import { delay, packetsLost } from '../../main/offload/link/flow.ts';
import { random } from '../../main/random.ts';

/**
 * A camera that wants every frame answered, over a link that follows a trace: an open loop, frames do not wait for answers.
 * The link carries as the emulated one does (offload/link/flow.ts): one transmission after the other, jitter, packets lost
 * and sent again. Chance belongs to the frame, so that every policy meets the same.
 */

export interface Scene {
  readonly trace: Trace;
  readonly seconds: number;
  readonly seed: number;
  readonly framesPerSecond: number;
  /** Frames without an answer at once; a frame that comes on top of them is not answered at all. */
  readonly inFlight: number;
  readonly candidates: readonly Candidate[];
  readonly target: Target & { readonly latencyP95: number };
  /** What the device and the server take for a multiply-add, in seconds. */
  readonly device: number;
  readonly server: number;
}

export interface FrameOutcome {
  readonly frame: number;
  readonly at: number;
  /** What it was answered by; null: not at all. */
  readonly candidate: Candidate | null;
  readonly latency: number;
  /** Bytes of it, and of what was sent on its occasion to try something. */
  readonly bytes: number;
  /** Some candidate could have answered it in time, had the way been free. */
  readonly possible: boolean;
}

/** What a policy decides by; `foresee` is for the oracle alone. */
interface Situation {
  readonly foresee: (candidate: Candidate) => number;
}

export interface Policy {
  decide(situation: Situation): Candidate;
  /** Learns from what it sees. */
  readonly controller?: InferenceController;
}

/** After so many seconds without an answer the connection counts as lost. */
const giveUpSeconds = 1;

interface Event {
  readonly at: number;
  readonly run: () => void;
}

export function simulate(scene: Scene, policyOf: (clock: () => number) => Policy): FrameOutcome[] {
  const { candidates, target, framesPerSecond, seconds, inFlight } = scene;
  let now = 0;
  const events: Event[] = [];
  const later = (at: number, run: () => void): void => {
    const place = events.findLastIndex((event) => event.at <= at);
    events.splice(place + 1, 0, { at, run });
  };
  const policy = policyOf(() => now);
  const world = worldOf(scene);
  const outcomes: FrameOutcome[] = [];
  let underway = 0;

  /** Sends a request through the world; `settle` is told when it is answered, or that it is not. */
  function request(frame: number, candidate: Candidate, settle: (latency: number | null) => void): void {
    const begun = now;
    const going = policy.controller?.begin(candidate);
    if (candidate.place === 'client') {
      const { end, seconds: taken } = world.compute(frame, candidate, begun);
      later(end, () => {
        going?.answered(taken);
        settle(end - begun);
      });
      return;
    }
    const { sent, clientSeconds, answered, serverSeconds } = world.offload(frame, candidate, begun);
    later(sent, () => going?.sent(clientSeconds));
    const lost = answered - sent > giveUpSeconds;
    later(lost ? sent + giveUpSeconds : answered, () => {
      if (lost) going?.lost();
      else going?.answered(serverSeconds);
      settle(lost ? null : answered - begun);
    });
  }

  function takeFrame(frame: number): void {
    const at = now;
    const foresee = (candidate: Candidate): number => world.foresee(frame, candidate, at, true);
    const possible = candidates.some(
      (candidate) => fits(candidate, target) && world.foresee(frame, candidate, at, false) <= target.latencyP95,
    );
    if (underway >= inFlight) {
      outcomes.push({ frame, at, candidate: null, latency: Infinity, bytes: 0, possible });
      return;
    }
    const candidate = policy.decide({ foresee });
    if (candidate.place === 'client' && world.busy(at)) {
      outcomes.push({ frame, at, candidate: null, latency: Infinity, bytes: 0, possible });
      return;
    }
    const tried = policy.controller?.probe() ?? null;
    const bytes = [candidate, tried].reduce((sum, each) => sum + (each ? each.bytesUp + each.bytesDown : 0), 0);
    underway++;
    request(frame, candidate, (latency) => {
      underway--;
      const answeredBy = latency === null ? null : candidate;
      outcomes.push({ frame, at, candidate: answeredBy, latency: latency ?? Infinity, bytes, possible });
    });
    // Nobody waits for what is tried: it goes once the frame has left.
    if (tried) later(now, () => request(-1 - frame, tried, () => undefined));
  }

  for (let frame = 0; frame < seconds * framesPerSecond; frame++)
    later(frame / framesPerSecond, () => takeFrame(frame));
  for (let event = events.shift(); event; event = events.shift()) {
    now = event.at;
    event.run();
  }
  return outcomes.sort((a, b) => a.frame - b.frame);
}

export function controlled({ candidates, target }: Scene): (clock: () => number) => Policy {
  return (clock) => {
    const controller = inferenceController({ candidates, target, clock });
    return { controller, decide: () => controller.decide().candidate };
  };
}

export function fixed(candidate: Candidate): () => Policy {
  return () => ({ decide: () => candidate });
}

/** Knows the trace and the chance of every frame: the most accurate that will be in time, or the fastest. */
export function oracle({ candidates, target }: Scene): () => Policy {
  const order = [...candidates].filter((candidate) => fits(candidate, target)).sort((a, b) => b.accuracy - a.accuracy);
  return () => ({
    decide({ foresee }) {
      const times = order.map(foresee);
      const first = times.findIndex((time) => time <= target.latencyP95);
      return order[first >= 0 ? first : times.indexOf(Math.min(...times))];
    },
  });
}

function fits({ bytesUp, bytesDown }: Candidate, { maxBytes = Infinity }: Target): boolean {
  return bytesUp + bytesDown <= maxBytes;
}

interface Way {
  readonly sent: number;
  readonly clientSeconds: number;
  readonly answered: number;
  readonly serverSeconds: number;
}

/** Device, link and server: each does one thing after the other. */
function worldOf({ trace, seed, device, server }: Scene): {
  busy(at: number): boolean;
  compute(frame: number, candidate: Candidate, at: number): { end: number; seconds: number };
  offload(frame: number, candidate: Candidate, at: number): Way;
  foresee(frame: number, candidate: Candidate, at: number, queued: boolean): number;
} {
  const idle = { engine: 0, up: 0, down: 0, upArrival: 0, downArrival: 0 };
  const free = { ...idle };

  function cross(
    direction: 'up' | 'down',
    frame: number,
    start: number,
    bytes: number,
  ): { end: number; arrival: number } {
    const source = random(seed, 'frame', direction, frame);
    const { link } = pieceAt(trace, start);
    const path = { loss: link?.loss ?? 0, random: source };
    const lost = packetsLost(bytes, path);
    const end = carried(trace, direction, start, bytes + lost * 1460);
    const there = pieceAt(trace, end).link ?? { rttMs: 0, jitterMs: 0 };
    const way = delay({ delayMs: there.rttMs / 2, jitterMs: there.jitterMs / 2, random: source }, lost > 0);
    return { end, arrival: end + way / 1000 };
  }

  const noisy = (seconds: number, what: string, frame: number): number =>
    seconds * Math.exp(0.08 * random(seed, what, frame).normal());

  function run(frame: number, candidate: Candidate, at: number, from: typeof free): { way: Way; after: typeof free } {
    const clientSeconds = noisy(candidate.clientMultiplyAdds * device, 'client', frame);
    const sent = Math.max(at, from.engine) + clientSeconds;
    const up = cross('up', frame, Math.max(sent, from.up), candidate.bytesUp);
    const serverSeconds = noisy(0.001 + candidate.serverMultiplyAdds * server, 'server', frame);
    // Nothing overtakes on the way.
    const upArrival = Math.max(from.upArrival, up.arrival);
    const down = cross('down', frame, Math.max(upArrival + serverSeconds, from.down), candidate.bytesDown);
    const downArrival = Math.max(from.downArrival, down.arrival);
    return {
      way: { sent, clientSeconds, answered: downArrival, serverSeconds },
      after: { engine: sent, up: up.end, down: down.end, upArrival, downArrival },
    };
  }

  return {
    busy: (at) => free.engine > at,
    compute(frame, candidate, at) {
      const seconds = noisy(candidate.clientMultiplyAdds * device, 'client', frame);
      free.engine = Math.max(at, free.engine) + seconds;
      return { end: free.engine, seconds };
    },
    offload(frame, candidate, at) {
      const { way, after } = run(frame, candidate, at, free);
      Object.assign(free, after);
      return way;
    },
    foresee(frame, candidate, at, queued) {
      const from = queued ? free : idle;
      if (candidate.place === 'client') {
        return Math.max(0, from.engine - at) + noisy(candidate.clientMultiplyAdds * device, 'client', frame);
      }
      return run(frame, candidate, at, from).way.answered - at;
    },
  };
}

/** When so many bytes that begin at `start` are through. */
function carried(trace: Trace, direction: 'up' | 'down', start: number, bytes: number): number {
  let at = start;
  let left = bytes;
  for (let i = trace.indexOf(pieceAt(trace, start)); ; i++) {
    const { link } = trace[i];
    const until = trace[i + 1]?.from ?? Infinity;
    // A trace that ends in an outage would never bring what is left.
    const rate = link ? link[direction] * 125_000 : until === Infinity ? 125_000 : 0;
    if (at + left / rate <= until) return at + left / rate;
    left -= (until - at) * rate;
    at = until;
  }
}
