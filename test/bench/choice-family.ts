import type { Candidate } from '../../main/inference/candidate.ts';

/** Budgets with accuracies that fall as those of trained families do; the figures are made. */
const pairs = [
  { budget: null, maps: 128, accuracy: 0.905 },
  { budget: 64, maps: 64, accuracy: 0.902 },
  { budget: 32, maps: 32, accuracy: 0.895 },
  { budget: 16, maps: 16, accuracy: 0.88 },
  { budget: 8, maps: 8, accuracy: 0.855 },
  { budget: 4, maps: 4, accuracy: 0.81 },
  { budget: 2, maps: 2, accuracy: 0.73 },
  { budget: 1, maps: 1, accuracy: 0.62 },
] as const;

const bytesPerValue = { float32: 4, float16: 2, int8: 1 } as const;

/** Pairs as of a VGG-11 for 32 × 32 images cut at layer 5, 8 × 8 values a map, and the whole network on the device. */
export function madeFamily(): Candidate[] {
  const split = pairs.flatMap(({ budget, maps, accuracy }) =>
    Object.entries(bytesPerValue).map(([name, bytes]): Candidate => ({
      place: 'server',
      budget,
      codec: { name, params: {} },
      accuracy,
      bytesUp: 44 + maps * 64 * bytes + (name === 'int8' ? 8 * maps : 0),
      bytesDown: 64,
      clientMultiplyAdds: 8e6,
      serverMultiplyAdds: 142e6,
    })),
  );
  return [
    ...split,
    {
      ...split[0],
      place: 'client',
      codec: null,
      bytesUp: 0,
      bytesDown: 0,
      clientMultiplyAdds: 150e6,
      serverMultiplyAdds: 0,
    },
  ];
}
