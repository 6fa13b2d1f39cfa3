import { usePreferredDark } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, shallowRef, watchEffect } from 'vue';
import type { Settings } from '../../main/api.ts';
import { attempt } from '../components/toasts.ts';
import { useLab } from '../lab/index.ts';

/** Remembered in the window as well, so that it does not begin in the wrong theme while the lab is being called. */
const themeKey = 'sluice.theme';

function rememberedTheme(): Settings['theme'] {
  const theme = localStorage.getItem(themeKey);
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

/** The lab's settings, and the theme that follows from them. */
export const useSettings = defineStore('settings', () => {
  const lab = useLab();
  const systemDark = usePreferredDark();
  const settings = shallowRef<Settings | null>(null);
  const wanted = computed(() => settings.value?.theme ?? rememberedTheme());
  const theme = computed<'light' | 'dark'>(() => {
    if (wanted.value !== 'system') return wanted.value;
    return systemDark.value ? 'dark' : 'light';
  });

  watchEffect(() => {
    document.documentElement.dataset['theme'] = theme.value;
    if (settings.value) localStorage.setItem(themeKey, settings.value.theme);
  });

  lab.onReady(() => {
    void lab.api.settings().then(
      (now) => (settings.value = now),
      () => undefined,
    );
  });
  lab.on('settings', (now) => (settings.value = now));

  /** Shows the change at once, and takes it back when the lab refuses it. */
  async function change(changes: Partial<Settings>): Promise<void> {
    const before = settings.value;
    if (!before) return;
    settings.value = { ...before, ...changes };
    const done = await attempt(async () => (settings.value = await lab.api.changeSettings(changes)));
    if (!done) settings.value = before;
  }

  return { settings, theme, change };
});
