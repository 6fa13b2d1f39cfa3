import { formatNumber } from '../../../main/charts/formats.ts';

/** An emulated network: rates in Mbit/s, times in milliseconds, loss as a share. */
export interface LinkFigures {
  readonly up: number;
  readonly down: number;
  readonly rttMs: number;
  readonly jitterMs: number;
  readonly loss: number;
  readonly shared: boolean;
}

const names: Readonly<Record<string, string>> = {
  wifi6: 'Wi-Fi 6',
  ethernet: 'Ethernet',
  lte: 'LTE',
  '3g': '3G',
  satellite: 'Satellite',
};

export function linkName(name: string): string {
  return names[name] ?? name;
}

/** `15 up, 40 down Mbit/s, 45 ± 8 ms, 0.1 % lost, one channel for all`. */
export function linkWords({ up, down, rttMs, jitterMs, loss, shared }: LinkFigures): string {
  const rates = up === down ? `${up} Mbit/s both ways` : `${up} up, ${down} down Mbit/s`;
  return [
    rates,
    `${rttMs}${jitterMs > 0 ? ` ± ${jitterMs}` : ''} ms`,
    ...(loss > 0 ? [`${formatNumber(loss * 100)} % lost`] : []),
    ...(shared ? ['one channel for all'] : []),
  ].join(', ');
}
