import type { Candidate } from './candidate.ts';
import type { HalvesHere } from './runner.ts';

const passes = 3;

/** The first pass of a half takes longer than those after it, which tell what it takes. */
export async function warmUp(
  halves: HalvesHere,
  candidates: readonly Candidate[],
  [height, width, channels]: readonly [number, number, number],
  measured: (candidate: Candidate, seconds: number) => void,
): Promise<void> {
  const image = new Float32Array(height * width * channels);
  for (const candidate of candidates) {
    const run = async (): Promise<void> => {
      const features = await halves.client(image, candidate.budget);
      if (candidate.place === 'client') await halves.server?.(features, candidate.budget);
    };
    await run();
    for (let i = 0; i < passes; i++) {
      const start = performance.now();
      await run();
      measured(candidate, (performance.now() - start) / 1000);
    }
  }
}
