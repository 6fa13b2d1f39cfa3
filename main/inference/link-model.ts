import type { Carried } from './flow.ts';

/**
 * What is known of the link: a request with u bytes up and d bytes down is on the way for rtt + u·a + d·b seconds. A Kalman
 * filter keeps rtt, a and b (seconds a byte) with their covariance. They are thought to wander by a share of themselves, so
 * that what was not looked at for a while is uncertain again (R. E. Kalman, 1960; the noise as in S. Akhlaghi, N. Zhou,
 * Z. Huang, "Adaptive adjustment of noise covariance in Kalman filter", 2017). A link that jumps, from Wi-Fi to 4G say, is no
 * wandering: a time that is out of all expectation widens the covariance until it is explained.
 */
export interface LinkModel {
  /** Seconds on the way, and their standard deviation. */
  expect(bytesUp: number, bytesDown: number): Expected;
  /** Takes note of a request that was on the way. */
  observe(request: Carried): void;
  /** Nothing is known any more: it may be another link. */
  forget(): void;
  /** Time goes on. */
  advance(seconds: number): void;
  state(): LinkEstimate;
}

export interface Expected {
  readonly mean: number;
  readonly deviation: number;
}

/** Round trip in seconds; rates in bytes per second. */
export interface LinkEstimate {
  readonly roundTrip: number;
  readonly up: number;
  readonly down: number;
}

// All of these set by `npm run bench:choice`, seeds 1 to 4 (made traces, so whatever the machine), November 2026.

/** How far each may wander from itself in a second (one standard deviation), and at most. */
const wandering = 0.12;
const mostUncertain = 1;
/** Beyond so many standard deviations the link has jumped. */
const jump = 3;
/** One request does not make any of them less than this part of itself: it may have been lucky. */
const fastestFall = 4;
/** Weight of the newest time in the variance of what the model cannot explain: jitter, packets sent again. */
const noiseWeight = 0.08;
const leastNoise = 0.0003 ** 2;
/** Below these nothing is worth telling apart: seconds, and seconds a byte. */
const least = [0.0003, 4e-9, 4e-9] as const;

type Vector = [number, number, number];

export function linkModel(start: LinkEstimate): LinkModel {
  let x: Vector;
  let p: Vector[];
  let noise: number;

  function forget(): void {
    x = [start.roundTrip, 1 / start.up, 1 / start.down];
    p = [0, 1, 2].map((i) => unit(i, (mostUncertain * x[i]) ** 2));
    noise = Math.max(leastNoise, (0.1 * x[0]) ** 2);
  }

  function advance(seconds: number): void {
    p = p.map((row, i) => row.map((value, j) => value + (i === j ? seconds * (wandering * x[i]) ** 2 : 0)) as Vector);
    const shrink = x.map((value, i) => Math.min(1, (mostUncertain * value) / Math.sqrt(p[i][i])));
    p = p.map((row, i) => row.map((value, j) => value * shrink[i] * shrink[j]) as Vector);
  }

  function observe({ queued, up, down, seconds }: Carried): void {
    const h: Vector = [queued ? 0 : 1, up, down];
    const surprise = seconds - dot(h, x);
    const unexplained = surprise ** 2 - jump ** 2 * (dot(h, times(p, h)) + noise);
    if (unexplained > 0) {
      // Each is suspected by its share of the time.
      const suspects = x.map((value) => value ** 2) as Vector;
      const scale = unexplained / h.reduce((sum, each, i) => sum + each ** 2 * suspects[i], 0);
      p = p.map((row, i) => row.map((value, j) => value + (i === j ? scale * suspects[i] : 0)) as Vector);
    }
    const spread = times(p, h);
    const variance = dot(h, spread) + noise;
    const gain = spread.map((value) => value / variance) as Vector;
    x = x.map((value, i) => Math.max(least[i], value / fastestFall, value + gain[i] * surprise)) as Vector;
    p = p.map((row, i) => row.map((value, j) => value - gain[i] * spread[j]) as Vector);
    const left = Math.min(Math.abs(surprise), 2 * Math.sqrt(variance));
    noise = Math.max(leastNoise, noise + noiseWeight * ((left ** 2 * noise) / variance - noise));
  }

  forget();
  return {
    advance,
    observe,
    forget,
    expect(bytesUp, bytesDown) {
      const h: Vector = [1, bytesUp, bytesDown];
      return { mean: dot(h, x), deviation: Math.sqrt(dot(h, times(p, h)) + noise) };
    },
    state: () => ({ roundTrip: x[0], up: 1 / x[1], down: 1 / x[2] }),
  };
}

function unit(at: number, value: number): Vector {
  const row: Vector = [0, 0, 0];
  row[at] = value;
  return row;
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function times(matrix: readonly Vector[], v: Vector): Vector {
  return matrix.map((row) => dot(row, v)) as Vector;
}
