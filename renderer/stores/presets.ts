import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { PresetEntry } from '../../main/api.ts';
import { useLab } from '../lab/index.ts';

/** The presets: the quickstart, and the figures of the paper. */
export const usePresets = defineStore('presets', () => {
  const lab = useLab();
  const presets = shallowRef<readonly PresetEntry[]>([]);
  lab.onReady(() => {
    void lab.api.presets().then(
      (all) => (presets.value = all),
      () => undefined,
    );
  });
  return { presets };
});
