// @vitest-environment happy-dom
import { expect, it, onTestFinished, vi } from 'vitest';
import { examine } from '../../../../main/lab/design/examine.ts';
import type { Method } from '../../../../main/training/methods/method.ts';
import DesignPage from '../../../../renderer/pages/design/DesignPage.vue';
import { useHome } from '../../../support/datasets.ts';
import { fakeLab } from '../../../support/fake-lab.ts';
import { mountInLab, pageText } from '../in-lab.ts';

/** As in test/unit/training/methods/toy-method.test.ts, for what the page makes of it. */
vi.mock('../../../../main/training/methods/index.ts', async (original) => {
  const { methods } = await original<{ methods: readonly Method[] }>();
  const toy: Method = {
    ...methods[0],
    name: 'seesaw',
    words: { label: 'see-saw', short: 'Down and up', hint: 'Goes down, then up again', help: 'down, then up' },
    order: { direction: 'falling', required: false },
    module: false,
    remark: { text: 'See-saw goes through {epochs} epochs twice.', unless: null },
    defaults: { split: { module: null }, phases: [{ budget: 2, epochs: 7 }] },
  };
  return { methods: [...methods, toy] };
});

it('a method that is an entry in the list and nothing else is designed with on the page', async () => {
  useHome();
  const input = { method: 'seesaw' };
  localStorage.setItem('sluice.draft', JSON.stringify({ title: '', entries: [{ key: 0, input, base: null }] }));
  const fake = fakeLab({
    examine: (asked) => Promise.resolve(examine(asked, { list: () => [], epochs: () => [] })),
  });
  const { wrapper } = await mountInLab(DesignPage, { fake, route: '/design' });
  onTestFinished(() => wrapper.unmount());
  await new Promise((resolve) => setTimeout(resolve, 160));
  const method = document.querySelector('[data-path="method"]')!;
  expect(method.textContent).toContain('see-saw');
  expect(method.textContent).toContain('Down and up');
  expect(pageText()).toContain('See-saw goes through 7 epochs twice.');
  expect(document.querySelector<HTMLInputElement>('[data-path="phases.0.epochs"] input')?.value).toBe('7');
  // Without a module there is no gate, and nothing to set of it.
  expect(document.querySelector('[data-path="codec.full"]')).not.toBeNull();
  expect(document.querySelector('[data-path="gate.delta"], [data-path="codec.up"]')).toBeNull();
  expect(document.querySelector('footer')?.textContent).toContain('Ready');
});
