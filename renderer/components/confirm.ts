import { shallowRef, type ShallowRef } from 'vue';

export interface Question {
  readonly title: string;
  /** What is lost, by name. */
  readonly text: string;
  readonly items?: readonly string[];
  /** Word on the button that does it. */
  readonly action: string;
}

interface Asked extends Question {
  readonly answer: (yes: boolean) => void;
}

const asked = shallowRef<Asked | null>(null);

/** The question to be shown now. */
export function askedQuestion(): Readonly<ShallowRef<Asked | null>> {
  return asked;
}

/** Asks before something that cannot be undone; resolves to whether to do it. */
export function confirm(question: Question): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      answer(yes) {
        asked.value = null;
        resolve(yes);
      },
    };
  });
}
