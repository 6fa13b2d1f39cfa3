import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { ExperimentInput, MethodEntry, MethodName } from '../../main/api.ts';
import { defaultMethod } from '../../main/api/methods.ts';
import { useLab } from '../lab/index.ts';

/** The method of a draft that names none, as the lab will take it. */
export { defaultMethod };

/** What an experiment is called: its own name, or else its method's. */
export function draftName({ name, method }: ExperimentInput): string {
  return name ?? method ?? defaultMethod;
}

/** The training methods, as the lab knows them. */
export const useMethods = defineStore('methods', () => {
  const lab = useLab();
  const methods = shallowRef<readonly MethodEntry[]>([]);
  lab.onReady(() => {
    void lab.api.methods().then(
      (all) => (methods.value = all),
      () => undefined,
    );
  });
  return {
    methods,
    /** A method by its name; undefined until the lab has told of it. */
    named: (name: MethodName) => methods.value.find((method) => method.name === name),
  };
});
