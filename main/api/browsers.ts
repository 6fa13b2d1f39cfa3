/** A browser that was let in to the lab. */
export interface LetInBrowser {
  readonly id: string;
  /** Such as "Firefox on Linux"; null when it did not say. */
  readonly name: string | null;
  /** Of the pages it was let in on, such as `http://127.0.0.1:4460`. */
  readonly origin: string;
  /** When it was last used, milliseconds since 1970, at most a day late. */
  readonly used: number;
  /** Whether it is the one that asks. */
  readonly here: boolean;
}
