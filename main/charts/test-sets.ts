interface Tested {
  readonly dataset: { readonly name: string; readonly testSamples?: number | undefined };
}

/** What an experiment is tested on: accuracies on another cannot be compared with its own. */
export function testSet({ dataset: { name, testSamples } }: Tested): string {
  return testSamples === undefined ? name : `${name} (${testSamples} test images)`;
}

/** A sentence about experiments that are tested on different images; null where all share theirs. */
export function testSetsDiffer(experiments: readonly Tested[]): string | null {
  const sets = [...new Set(experiments.map(testSet))];
  if (sets.length < 2) return null;
  const named = sets.length <= 4 ? sets.join(', ') : `${sets.slice(0, 3).join(', ')} and ${sets.length - 3} more`;
  return `These runs are tested on different images: ${named}. Compare accuracies within each alone.`;
}
