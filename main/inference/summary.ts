import { topClasses } from './probabilities.ts';
import type { Answer } from './runner.ts';

/** An answer beside the image it is to. */
export interface Answered {
  readonly image: string;
  readonly label: number | null;
  readonly answer: Answer;
}

export interface Summary {
  readonly images: number;
  /** Of those whose class is known and that were answered; null where none is. */
  readonly accuracy: number | null;
  readonly refused: number;
  /** Answered at the server, chosen to be answered here, and computed here because the server did not. */
  readonly server: number;
  readonly client: number;
  readonly fallback: number;
  /** Seconds from begin to answer; null where nothing was answered. */
  readonly latency: { readonly p50: number; readonly p95: number; readonly p99: number } | null;
  /** Share of all images answered within the target; null without one. */
  readonly kept: number | null;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Of requests that nobody waited for. */
  readonly triedBytes: number;
}

/** What answers come to. `latencyP95`: the target, in seconds. */
export function summarise(answered: readonly Answered[], triedBytes: number, latencyP95?: number): Summary {
  const answers = answered.map(({ answer }) => answer);
  const given = answers.filter(({ logits }) => logits !== null);
  const times = given.map(({ seconds }) => seconds.total).sort((a, b) => a - b);
  const at = (share: number): number => times[Math.max(0, Math.ceil(share * times.length) - 1)];
  const known = answered.filter(({ label, answer }) => label !== null && answer.logits !== null);
  const right = known.filter(({ label, answer }) => topClasses(answer.logits!, 1)[0].index === label);
  const within = times.filter((seconds) => seconds <= (latencyP95 ?? 0)).length;
  return {
    images: answered.length,
    accuracy: known.length === 0 ? null : right.length / known.length,
    refused: answers.length - given.length,
    server: given.filter(({ place }) => place === 'server').length,
    client: given.filter(({ place, fallback }) => place === 'client' && !fallback).length,
    fallback: given.filter(({ fallback }) => fallback).length,
    latency: times.length === 0 ? null : { p50: at(0.5), p95: at(0.95), p99: at(0.99) },
    kept: latencyP95 === undefined || answers.length === 0 ? null : within / answers.length,
    bytesUp: answers.reduce((sum, { bytesUp }) => sum + bytesUp, 0),
    bytesDown: answers.reduce((sum, { bytesDown }) => sum + bytesDown, 0),
    triedBytes,
  };
}
