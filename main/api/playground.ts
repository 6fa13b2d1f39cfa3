import type { Link } from '../offload/link/link.ts';
import type { Budget } from '../records/column.ts';

export type { Link };

/** What is tried out: a model set behind a link, under a target. */
export interface PlaygroundSettings {
  readonly link: Link;
  /** 95 of 100 answers are to come within so many milliseconds. */
  readonly latencyMs: number;
}

export interface PlaygroundOptions extends PlaygroundSettings {
  readonly set: string;
  /** Serve beyond this machine, encrypted, for a phone to come: it is without the emulated link. */
  readonly phone: boolean;
}

/** What one image came to. */
export interface PlaygroundAnswer {
  readonly at: number;
  readonly budget: Budget;
  readonly codec: string;
  readonly words: string;
  /** Of the pair on the test images. */
  readonly accuracy: number;
  readonly latencyMs: number;
  readonly clientMs: number;
  readonly wireMs: number;
  readonly serverMs: number;
  readonly bytes: number;
  /** Whether the choice was expected to keep the target. */
  readonly meets: boolean;
  /** Null where the images have no labels: those of the data set are not here. */
  readonly correct: boolean | null;
}

export type PlaygroundState =
  | { readonly status: 'stopped'; readonly error: string | null }
  | { readonly status: 'starting'; readonly set: string }
  | (PlaygroundSettings & {
      readonly status: 'running';
      readonly set: string;
      readonly dataset: string;
      /** Of the page for a phone; null where none was asked for. */
      readonly page: { readonly link: string; readonly fingerprint: string | null } | null;
      /** Whether the answers are to test images of the data set. */
      readonly labelled: boolean;
    });
