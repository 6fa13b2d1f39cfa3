/** A report that is kept in the lab, with the comparison that it is of. */
export interface SavedReport {
  /** Its title; no other has the same. */
  readonly name: string;
  readonly runs: readonly string[];
  /** An accuracy between 0 and 1 whose price it tells; null for the usual one. */
  readonly reach: number | null;
  /** The comparison as its address has it, such as `runs=1,2&x=bytes`. */
  readonly view: string;
  /** Markdown with the places of its sections. */
  readonly prose: string;
}
