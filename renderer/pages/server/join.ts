import { encode } from 'uqr';
import type { ServerState } from '../../../main/api.ts';

export type RunningServer = Extract<ServerState, { status: 'running' }>;

/** What to type on the other machine to train with this server. */
export function joinCommand({ url, token, fingerprint }: RunningServer): string {
  return [
    `sluice run quickstart --offload ${url} --token ${token}`,
    ...(fingerprint === null ? [] : [`--fingerprint ${fingerprint}`]),
  ].join(' ');
}

/** Whether only this machine can reach the address. */
export function isLocal(url: string): boolean {
  return /^(localhost|127\.|\[::1\])/.test(new URL(url).host);
}

export interface QrCode {
  readonly size: number;
  /** Of an SVG path: a square for each dark module, one unit wide. */
  readonly path: string;
}

/** A text as a QR code, with the quiet zone around it that scanners need. */
export function qrCode(text: string): QrCode {
  const { size, data } = encode(text, { border: 2 });
  const squares = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')));
  return { size, path: squares.join('') };
}
