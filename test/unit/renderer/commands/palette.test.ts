import { afterEach, describe, expect, it, vi } from 'vitest';
import { defineComponent, h, ref } from 'vue';
import CommandPalette from '../../../../renderer/commands/CommandPalette.vue';
import { useCommands } from '../../../../renderer/commands/registry.ts';
import { mountInLab, pageText, type InLab } from '../in-lab.ts';

let here: InLab;
afterEach(() => here.wrapper.unmount());

describe('the palette', () => {
  async function open(perform = vi.fn()): Promise<{ typed: HTMLInputElement; perform: typeof perform }> {
    const shown = ref(true);
    const page = defineComponent({
      setup() {
        useCommands([
          { id: 'x.pause', label: 'Pause this run', menu: 'Run', perform },
          { id: 'x.off', label: 'Pause what cannot be', menu: 'Run', enabled: () => false, perform },
        ]);
        return () => h(CommandPalette, { open: shown.value, 'onUpdate:open': (now: boolean) => (shown.value = now) });
      },
    });
    here = await mountInLab(page);
    return { typed: document.querySelector<HTMLInputElement>('.typed')!, perform };
  }

  async function type(typed: HTMLInputElement, text: string): Promise<void> {
    typed.value = text;
    typed.dispatchEvent(new Event('input', { bubbles: true }));
    await here.settle();
  }

  it('performs the command that was looked for, by keyboard', async () => {
    const { typed, perform } = await open();
    await type(typed, 'pau');
    expect(pageText()).toContain('Pause this run');
    expect(pageText()).not.toContain('cannot be');
    typed.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    await here.settle();
    expect(perform).toHaveBeenCalledTimes(1);
    expect(document.querySelector('.typed')).toBeNull();
  });

  it('finds runs by name and number, and goes there', async () => {
    const { typed } = await open();
    await type(typed, 'run 6');
    document.querySelector<HTMLElement>('[role=option]')!.click();
    await here.settle();
    expect(here.router.currentRoute.value.fullPath).toBe('/runs/run-6');
  });

  it('says when nothing is called that', async () => {
    const { typed } = await open();
    await type(typed, 'qqqq');
    expect(pageText()).toContain('Nothing is called that');
  });
});
