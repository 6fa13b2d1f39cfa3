import type { PlaygroundAnswer, PlaygroundOptions, PlaygroundSettings } from '../../api.ts';
import type { Failure } from '../../failure.ts';

/** To the process of the playground; `start` comes first and once. */
export type ToPlayground =
  | { readonly kind: 'start'; readonly home: string; readonly options: PlaygroundOptions }
  | { readonly kind: 'change'; readonly settings: PlaygroundSettings };

/** What there is once it has started. */
export interface PlaygroundFacts {
  readonly dataset: string;
  readonly labelled: boolean;
  readonly page: { readonly link: string; readonly fingerprint: string | null } | null;
}

export type FromPlayground =
  | { readonly kind: 'ready'; readonly facts: PlaygroundFacts }
  | { readonly kind: 'answer'; readonly answer: PlaygroundAnswer }
  | { readonly kind: 'failed'; readonly failure: Failure };
