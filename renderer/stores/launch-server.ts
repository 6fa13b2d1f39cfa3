import { defineStore } from 'pinia';
import { computed, markRaw, shallowRef } from 'vue';
import type { Examination, Problem } from '../../main/api.ts';
import { createServerForm } from '../components/server-access.ts';

const inOneProcess: Problem = {
  path: 'processes',
  text: 'is one: expected separate ones, as the offload server is elsewhere',
};

/**
 * Where the server halves of what is launched train. It outlives the page and, as the token is not to be written down,
 * not the window.
 */
export const useLaunchServer = defineStore('launch-server', () => {
  const elsewhere = shallowRef(false);
  const form = markRaw(createServerForm());

  return {
    elsewhere,
    form,
    /** Its address as typed; null for this machine. */
    url: computed(() => (elsewhere.value ? form.values.url.trim() : null)),
    /** What has to be filled in still. */
    missing: computed((): Problem[] =>
      elsewhere.value ? form.missing.value.map((path) => ({ path, text: 'is missing' })) : [],
    ),
    /** What the lab found in an experiment, and what keeps it from training there. */
    problemsOf: ({ problems, experiment }: Examination): readonly Problem[] =>
      elsewhere.value && experiment?.processes === 'one' ? [...problems, inOneProcess] : problems,
  };
});
