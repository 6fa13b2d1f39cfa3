import { byAccuracy, bytesOf, type Candidate, type Target } from './candidate.ts';
import { estimates, type Prediction, type Underway } from './estimates.ts';
import type { LinkEstimate } from './link-model.ts';
import { prober } from './prober.ts';

export type { Prediction, Underway } from './estimates.ts';

/**
 * The choice at run time: before each request the most accurate candidate whose latency keeps the target in 95 of 100
 * cases, judged by what the requests before it took. Knows no socket, no engine and no clock but the one it is given.
 */
export interface InferenceController {
  /** How the next request is to be answered. */
  decide(): Choice;
  /**
   * A candidate worth trying on a request that nobody waits for, or null: it may be better than what is chosen, and only
   * trying can tell. While the server is lost: what asks whether it is back.
   */
  probe(): Candidate | null;
  /** A request begins; what is learned of it is told to what this returns. */
  begin(candidate: Candidate): Underway;
  /** What a candidate takes the engine here, in seconds, found out apart from a request. */
  measured(candidate: Candidate, seconds: number): void;
  /** Whether the server is thought to be reachable. */
  reachable(): boolean;
  link(): LinkEstimate;
  /** What is expected of every candidate that may be chosen, the best first. */
  predictions(): Prediction[];
}

export interface Choice extends Prediction {
  /** False: no candidate is sure to keep the target, or none has so few bytes. What comes nearest was chosen. */
  readonly meets: boolean;
}

export interface ControllerOptions {
  readonly candidates: readonly Candidate[];
  readonly target: Target;
  /** Seconds. */
  readonly clock: () => number;
  /** Of the link until requests tell more. */
  readonly link?: LinkEstimate;
}

/** A Wi-Fi with others on it: requests tell within the first few what it is. */
const unknownLink: LinkEstimate = { roundTrip: 0.02, up: 6e5, down: 2e6 };

// From here on set by `npm run bench:choice`, seeds 1 to 4 (made traces, so whatever the machine), November 2026.

/** What is better is taken where it stays this share below the target, and not at once after a change. */
const headroom = 0.05;
const settleSeconds = 0.2;
/** Where nothing is sure, what is likely: so much of the margin has to fit. */
const likelyMargin = 0.4;
/** A server that is lost, or not used, is asked for this often, in seconds. */
const absentPause = 0.5;
/**
 * Short messages tell little of the rate, and what is thought of it can be far off without being noticed: what fits a packet is
 * tried this often whatever is expected of it.
 */
const packetBytes = 1400;
const checkPause = 1;
/** What may make the request after it late is tried this often where nothing else tells. */
const riskPause = 4;

export function inferenceController(options: ControllerOptions): InferenceController {
  const { target, clock, link = unknownLink } = options;
  const { maxBytes = Infinity, latencyP95: limit = Infinity } = target;
  const choosable = withinBytes(byAccuracy(options.candidates), maxBytes);
  const fits = bytesOf(choosable[0]) <= maxBytes;
  const known = estimates(link, clock);
  const probes = prober();
  let chosen: Candidate | null = null;
  let chosenAt = -Infinity;
  let checkedAt = -Infinity;

  const isBefore = (one: Candidate, other: Candidate): boolean => choosable.indexOf(one) < choosable.indexOf(other);

  function pick(now: number): Choice {
    const all = choosable.map(known.predict);
    const stays = all.find((each) => each.candidate === chosen && keeps(each, limit));
    const settled = now - chosenAt >= settleSeconds;
    const better = stays ? limit * (1 - headroom) : limit;
    const sure = all.find((each) => each === stays || ((settled || !stays) && keeps(each, better)));
    if (sure) return { ...sure, meets: fits };
    const likely = all.find(({ mean, p95 }) => mean + likelyMargin * (p95 - mean) <= limit * (1 - headroom));
    return { ...(likely ?? fastest(all)), meets: false };
  }

  /** What may be better than the choice, so that it is worth trying. */
  function hopeful(now: number): Candidate | null {
    const choice = pick(now);
    const offline = choice.candidate.place === 'client';
    const servers = choosable.filter(({ place }) => place === 'server');
    if (!known.reachable() || (offline && !choice.meets)) return offline ? (smallest(servers) ?? null) : null;
    // The request after it should not be late for it.
    const slack = limit - (offline ? 0 : choice.p95);
    for (const candidate of servers) {
      const { p95, hope } = known.predict(candidate);
      // What is known to be better is taken as soon as the last change has settled.
      if (!isBefore(candidate, choice.candidate) || p95 <= limit * (1 - headroom)) return null;
      const { mean, deviation } = known.upload(candidate.bytesUp);
      if (mean + deviation <= slack && hope <= limit) return candidate;
      const unchecked = now - checkedAt;
      const check =
        candidate.bytesUp <= packetBytes ? unchecked >= checkPause : hope <= limit && unchecked >= riskPause;
      if (check && choice.meets) {
        checkedAt = now;
        return candidate;
      }
    }
    return null;
  }

  return {
    decide() {
      const now = clock();
      known.advance(now);
      const choice = pick(now);
      if (choice.candidate === chosen) return choice;
      if (chosen && isBefore(choice.candidate, chosen)) probes.begin();
      chosen = choice.candidate;
      chosenAt = now;
      return choice;
    },
    probe() {
      const now = clock();
      known.advance(now);
      // While all is computed here, nothing else tells of the link.
      const silent = !known.reachable() || chosen?.place === 'client';
      return probes.next(now, () => hopeful(now), silent ? absentPause : Infinity);
    },
    begin: known.begin,
    measured: known.measured,
    reachable: known.reachable,
    link: known.link,
    predictions: () => choosable.map(known.predict),
  };
}

/** Those within the limit; where none is, those that come nearest. Throws RangeError where there is none at all. */
function withinBytes(candidates: readonly Candidate[], maxBytes: number): Candidate[] {
  if (candidates.length === 0) throw new RangeError('There is no candidate to choose from.');
  const fitting = candidates.filter((candidate) => bytesOf(candidate) <= maxBytes);
  if (fitting.length > 0) return fitting;
  const fewest = Math.min(...candidates.map(bytesOf));
  return candidates.filter((candidate) => bytesOf(candidate) === fewest);
}

/** Without a limit, too, a server that is lost keeps nothing. */
function keeps({ p95 }: Prediction, limit: number): boolean {
  return p95 <= limit && p95 < Infinity;
}

/** By the mean: of two times whose sum is known well, the greater may be the surer one. */
function fastest(all: readonly Prediction[]): Prediction {
  return all.reduce((a, b) => (b.mean < a.mean ? b : a));
}

function smallest(candidates: readonly Candidate[]): Candidate | undefined {
  return candidates.reduce<Candidate | undefined>((a, b) => (!a || bytesOf(b) < bytesOf(a) ? b : a), undefined);
}
