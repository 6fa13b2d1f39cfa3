import type { Candidate } from './candidate.ts';
import { computeTimes } from './compute-times.ts';
import { engineQueue } from './engine-queue.ts';
import { flow } from './flow.ts';
import { linkModel, type Expected, type LinkEstimate } from './link-model.ts';
import { margin } from './margin.ts';

/** What is expected of a candidate, in seconds; infinite while the server is lost. */
export interface Prediction {
  readonly candidate: Candidate;
  readonly mean: number;
  /** What 95 of 100 requests stay below. */
  readonly p95: number;
  /** What it may take if the link is better than thought. */
  readonly hope: number;
}

/** A request on its way. It is told in this order; one that is computed here is only `answered`. */
export interface Underway {
  /** It was handed to the connection after the client half had computed for so long. */
  sent(clientSeconds: number): void;
  /** `computeSeconds`: at the server, waiting included; of one that was computed here: all of it. */
  answered(computeSeconds: number): void;
  /** The connection broke, or the answer is not waited for any more. */
  lost(): void;
  /** The server refused it: nothing is learned. */
  refused(): void;
}

/** What the requests so far tell of the link, the server and this device. */
export interface Estimates {
  /** Time goes on; what is unanswered for too long tells that the link is slow before its answer does. */
  advance(now: number): void;
  predict(candidate: Candidate): Prediction;
  begin(candidate: Candidate): Underway;
  /** What a candidate takes the engine here, found out apart from a request. */
  measured(candidate: Candidate, seconds: number): void;
  /** Seconds that a message keeps the way up taken, with its deviation. */
  upload(bytes: number): Expected;
  link(): LinkEstimate;
  /** False from the loss of a request to the next answer. */
  reachable(): boolean;
}

/** Until measured: a slow phone, a small server; seconds for a multiply-add. */
const clientPace = 1e-9;
const serverPace = 2e-10;

/** `clock` is asked when something happens to a request. */
export function estimates(start: LinkEstimate, clock: () => number): Estimates {
  const model = linkModel(start);
  const client = computeTimes(clientPace);
  const server = computeTimes(serverPace);
  const engine = engineQueue();
  const wire = flow();
  const tail = margin();
  let now = clock();
  let reachable = true;

  function advance(time: number): void {
    model.advance(Math.max(0, time - now));
    now = time;
    for (const late of wire.overdue(now, model.state().roundTrip)) model.observe(late);
  }

  function expect(candidate: Candidate): Expected {
    const { place, clientMultiplyAdds, serverMultiplyAdds, bytesUp, bytesDown } = candidate;
    const own = client.expect(nameOf(candidate), clientMultiplyAdds);
    const here = own.mean + engine.seconds(now);
    if (place === 'client') return { mean: here, deviation: own.deviation };
    const there = server.expect(nameOf(candidate), serverMultiplyAdds);
    const way = model.expect(bytesUp, bytesDown);
    const { up, roundTrip } = model.state();
    return {
      mean: here + there.mean + way.mean + wire.queueSeconds(now, up, roundTrip),
      deviation: Math.hypot(own.deviation, there.deviation, way.deviation),
    };
  }

  function predict(candidate: Candidate): Prediction {
    if (!reachable && candidate.place === 'server') return { candidate, mean: Infinity, p95: Infinity, hope: Infinity };
    const { mean, deviation } = expect(candidate);
    return { candidate, mean, p95: mean + tail.deviations() * deviation, hope: mean - deviation };
  }

  function begin(candidate: Candidate): Underway {
    advance(clock());
    const { p95 } = predict(candidate);
    const begun = now;
    const name = nameOf(candidate);
    const { clientMultiplyAdds, serverMultiplyAdds, bytesUp, bytesDown } = candidate;
    const work = engine.add(now, client.expect(name, clientMultiplyAdds).mean);
    let way: ReturnType<typeof wire.send> | null = null;

    function worked(seconds: number): void {
      advance(clock());
      work.done(now);
      client.observe(name, clientMultiplyAdds, seconds);
    }

    function arrived(computeSeconds: number): void {
      advance(clock());
      const told = way?.answered(now, computeSeconds, model.state().roundTrip) ?? null;
      if (!reachable) model.forget();
      if (told) model.observe(told);
      server.observe(name, serverMultiplyAdds, computeSeconds);
      tail.learn(now - begun > p95);
      reachable = true;
    }

    function gone(): void {
      work.done(clock());
      way?.lost();
    }

    return {
      sent(clientSeconds) {
        worked(clientSeconds);
        const expected = { way: model.expect(bytesUp, bytesDown), server: server.expect(name, serverMultiplyAdds) };
        way = wire.send(candidate, now, expected);
      },
      answered: candidate.place === 'client' ? worked : arrived,
      lost() {
        gone();
        reachable = false;
      },
      refused: gone,
    };
  }

  return {
    advance,
    predict,
    begin,
    measured: (candidate, seconds) => client.observe(nameOf(candidate), candidate.clientMultiplyAdds, seconds),
    upload(bytes) {
      const { mean, deviation } = model.expect(bytes, 0);
      return { mean: mean - model.state().roundTrip, deviation };
    },
    link: model.state,
    reachable: () => reachable,
  };
}

function nameOf({ budget, codec, place }: Candidate): string {
  return `${place} ${budget ?? 'full'} ${codec?.name ?? ''}`;
}
