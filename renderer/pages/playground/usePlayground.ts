import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import type { PlaygroundAnswer, PlaygroundOptions, PlaygroundSettings, PlaygroundState } from '../../../main/api.ts';
import { failureOf, useLab, useLabEvent, useLabReady } from '../../lab/index.ts';
import { figuresOf, type Figures } from './figures.ts';

/** Answers that are shown, and of which figures are told. */
export const answersKept = 240;

export interface PlaygroundControl {
  readonly state: Readonly<ShallowRef<PlaygroundState | null>>;
  /** Names of the model sets that can be used; null until they are known. */
  readonly sets: Readonly<ShallowRef<readonly string[] | null>>;
  readonly answers: Readonly<ShallowRef<readonly PlaygroundAnswer[]>>;
  readonly figures: ComputedRef<Figures | null>;
  readonly error: Readonly<ShallowRef<string | null>>;
  start(options: PlaygroundOptions): Promise<void>;
  change(settings: PlaygroundSettings): Promise<void>;
  stop(): Promise<void>;
}

export function usePlayground(): PlaygroundControl {
  const lab = useLab();
  const state = shallowRef<PlaygroundState | null>(null);
  const sets = shallowRef<readonly string[] | null>(null);
  const answers = shallowRef<readonly PlaygroundAnswer[]>([]);
  const error = shallowRef<string | null>(null);

  function show(now: PlaygroundState): void {
    state.value = now;
    if (now.status === 'starting') answers.value = [];
  }

  async function ask(call: () => Promise<PlaygroundState>): Promise<void> {
    try {
      error.value = null;
      show(await call());
    } catch (failure) {
      error.value = failureOf(failure).message;
    }
  }

  async function list(): Promise<void> {
    const found = await lab.api.modelSets();
    sets.value = found.flatMap((entry) => (entry.status === 'ready' ? [entry.name] : []));
  }

  useLabReady(() => {
    void ask(() => lab.api.playground());
    void list().catch((failure: unknown) => (error.value = failureOf(failure).message));
  });
  useLabEvent('playground', show);
  useLabEvent('playgroundAnswer', (answer) => {
    answers.value = [...answers.value, answer].slice(-answersKept);
  });

  return {
    state,
    sets,
    answers,
    figures: computed(() => figuresOf(answers.value)),
    error,
    start: (options) => ask(() => lab.api.startPlayground(options)),
    change: (settings) => ask(() => lab.api.changePlayground(settings)),
    stop: () => ask(() => lab.api.stopPlayground()),
  };
}
