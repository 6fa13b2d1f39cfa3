// @vitest-environment happy-dom
import { expect, it, onTestFinished, vi } from 'vitest';
import { examine } from '../../../../main/lab/design/examine.ts';
import type * as Index from '../../../../main/offload/codecs/index.ts';
import { experimentSchema } from '../../../../main/runs/experiment/experiment.ts';
import { jsonSchema } from '../../../../main/runs/experiment/schema.ts';
import DesignPage from '../../../../renderer/pages/design/DesignPage.vue';
import { useDraft } from '../../../../renderer/stores/draft.ts';
import { useHome } from '../../../support/datasets.ts';
import { fakeLab } from '../../../support/fake-lab.ts';
import { mountInLab } from '../in-lab.ts';

/** As in test/unit/offload/codecs/toy-codec.test.ts, for what the page makes of its parameter. */
vi.mock('../../../../main/offload/codecs/index.ts', async (original) => {
  const { codecs } = await original<typeof Index>();
  const { toy } = await import('../../../support/toy-codec.ts');
  return { codecs: [...codecs, toy] };
});

it('the parameters of a number format are set beside it, as its schema describes them', async () => {
  useHome();
  const input = { codec: { up: 'toy+deflate' } };
  localStorage.setItem('sluice.draft', JSON.stringify({ title: '', entries: [{ key: 0, input, base: null }] }));
  const fake = fakeLab({
    examine: (asked) => Promise.resolve(examine(asked, { list: () => [], epochs: () => [] })),
    experimentSchema: () => Promise.resolve(jsonSchema(experimentSchema) as Record<string, unknown>),
  });
  const { wrapper, settle } = await mountInLab(DesignPage, { fake, route: '/design' });
  onTestFinished(() => wrapper.unmount());
  const place = (): HTMLElement | null => document.querySelector('[data-path="codec.up.levels"]');
  await vi.waitFor(() => expect(place()).not.toBeNull());
  // A codec without parameters has none to set.
  expect(document.querySelector('[data-path^="codec.full."]')).toBeNull();
  expect(place()?.textContent).toContain('Levels');
  expect(place()?.textContent).toContain('Values of a byte that are used');
  const field = place()!.querySelector('input')!;
  expect([field.value, field.placeholder]).toEqual(['', '16']);

  async function type(text: string): Promise<unknown> {
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await settle();
    return useDraft().input.codec?.up;
  }
  expect(await type('8')).toEqual({ name: 'toy+deflate', levels: 8 });
  expect(await type('1')).toEqual({ name: 'toy+deflate', levels: 1 });
  await vi.waitFor(() => expect(place()?.textContent).toContain('Expected from 2 to 256.'));
  expect(await type('')).toBe('toy+deflate');
});
