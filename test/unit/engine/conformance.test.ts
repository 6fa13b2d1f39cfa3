import { afterEach, expect, it, vi } from 'vitest';
import { open } from '../../conformance/compare.ts';

vi.mock('../../../main/engine/adapters.ts', () => ({
  adapters: {
    cuda: { open: () => Promise.resolve({ reason: 'no card', remedy: 'Buy one.' }) },
    webgpu: { open: () => Promise.reject(new Error('the driver crashed')) },
    cpu: { open: () => Promise.resolve({ reason: 'no memory', remedy: 'Buy some.' }) },
  },
}));

afterEach(() => vi.unstubAllEnvs());

const cuda = { title: 'cuda', name: 'cuda', blas: false } as const;

it('the conformance suite skips an engine that is not there', async () => {
  vi.stubEnv('SLUICE_REQUIRE_ENGINE', undefined);
  expect(await open(cuda)).toBeNull();
});

it('fails for one that is there and does not open', async () => {
  const webgpu = { title: 'webgpu', name: 'webgpu', blas: false } as const;
  await expect(open(webgpu)).rejects.toThrow('the driver crashed');
});

it('fails for a cpu engine that is not there: every machine has it', async () => {
  const cpu = { title: 'cpu', name: 'cpu', blas: false } as const;
  await expect(open(cpu)).rejects.toMatchObject({ code: 'engine-unavailable' });
});

it('fails for an absent one that SLUICE_REQUIRE_ENGINE names, and for no other', async () => {
  vi.stubEnv('SLUICE_REQUIRE_ENGINE', 'cuda');
  await expect(open(cuda)).rejects.toMatchObject({ code: 'engine-unavailable' });
  vi.stubEnv('SLUICE_REQUIRE_ENGINE', 'webgpu');
  expect(await open(cuda)).toBeNull();
});
