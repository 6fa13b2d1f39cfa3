import type { PairRecord } from '../../../main/api.ts';

/** A network a trained pair may be used over: rates in Mbit/s, round trip in milliseconds. */
export interface LinkEstimate {
  readonly name: string;
  readonly label: string;
  readonly up: number;
  readonly rttMs: number;
}

/** The lab's link presets as far as one answer depends on them. */
export const linkEstimates: readonly LinkEstimate[] = [
  { name: 'wifi6', label: 'Wi-Fi 6', up: 400, rttMs: 4 },
  { name: 'ethernet', label: 'Ethernet', up: 940, rttMs: 0.67 },
  { name: 'lte', label: 'LTE', up: 15, rttMs: 45 },
  { name: '3g', label: '3G', up: 1.5, rttMs: 110 },
  { name: 'satellite', label: 'Satellite', up: 4, rttMs: 600 },
];

/** Seconds the network takes to carry one sample there and its class back; computing comes on top. */
export function networkLatency({ bytesPerSample }: Pick<PairRecord, 'bytesPerSample'>, link: LinkEstimate): number {
  return link.rttMs / 1000 + (bytesPerSample * 8) / (link.up * 1e6);
}

/** `0.8 ms`, `45 ms`, `1.2 s`. */
export function formatLatency(seconds: number): string {
  if (seconds >= 0.9995) return `${seconds.toFixed(1)} s`;
  const ms = seconds * 1000;
  return `${ms.toFixed(ms >= 9.95 ? 0 : 1)} ms`;
}
