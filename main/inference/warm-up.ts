import type { Candidate } from './candidate.ts';
import type { HalvesHere } from './runner.ts';

/** The first pass of a half takes longer than those after it; the second tells what it takes. */
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
    const start = performance.now() / 1000;
    await run();
    measured(candidate, performance.now() / 1000 - start);
  }
}
