/** What came of one fault. */
export interface Verdict {
  readonly what: string;
  /**
   * `same`: as if nothing had happened; `said`: it ended or went on with words that tell what is wrong. The others are
   * failures: `silent` is wrong without a word, `trace` shows the user the insides of the program, `hang` never ends.
   */
  readonly kind: 'same' | 'said' | 'silent' | 'trace' | 'hang';
  readonly detail: string;
  /** Faults in it, one unless given. */
  readonly strikes?: number;
}

export function isFailure({ kind }: Verdict): boolean {
  return kind === 'silent' || kind === 'trace' || kind === 'hang';
}
