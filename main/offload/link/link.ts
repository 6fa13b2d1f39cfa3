import { z } from 'zod';

/** A network between a data source and the offload server, emulated in user space. */
export const linkSchema = z.strictObject({
  up: z.number().min(0.01).max(100_000).describe('Bandwidth from source to server in Mbit/s'),
  down: z.number().min(0.01).max(100_000).describe('Bandwidth from server to source in Mbit/s'),
  rttMs: z.number().min(0).max(10_000).default(0).describe('Round-trip time in milliseconds'),
  jitterMs: z
    .number()
    .min(0)
    .max(10_000)
    .default(0)
    .describe('The round-trip time varies by up to this much either way, in milliseconds'),
  loss: z.number().min(0).max(0.5).default(0).describe('Share of packets lost and sent again'),
});

export type Link = z.output<typeof linkSchema>;

/**
 * Typical application-level rates. Wi-Fi 6 is one station's share of a quiet 80 MHz channel, Ethernet the
 * paper's second testbed, satellite a geostationary one.
 */
export const linkPresets = {
  wifi6: { up: 400, down: 400, rttMs: 4, jitterMs: 1, loss: 0 },
  ethernet: { up: 940, down: 940, rttMs: 0.67, jitterMs: 0, loss: 0 },
  lte: { up: 15, down: 40, rttMs: 45, jitterMs: 8, loss: 0.001 },
  '3g': { up: 1.5, down: 5, rttMs: 110, jitterMs: 20, loss: 0.005 },
  satellite: { up: 4, down: 40, rttMs: 600, jitterMs: 20, loss: 0.002 },
} as const satisfies Record<string, Link>;
