import { expect, it } from 'vitest';
import { memoryBudget } from '../../../../main/processes/server/memory.ts';

it('a batch leaves room for halves, and for the largest batch that is computed beside it', () => {
  const memory = memoryBudget(100);
  const release = memory.reserve('train', 20);
  expect(memory.hasRoom('train', 80)).toBe(true);
  expect(memory.hasRoom('train', 81)).toBe(false);
  const close = memory.reserve('infer', 10);
  memory.requireRoom('infer', 5, 1);
  memory.requireRoom('infer', 30, 6);
  expect(memory.hasRoom('train', 40)).toBe(true);
  expect(() => memory.requireRoom('train', 41, 2)).toThrow(expect.objectContaining({ code: 'limit-memory' }));
  expect(() => memory.reserve('train', 41)).toThrow(expect.objectContaining({ code: 'limit-memory' }));
  // Its own largest batch is none beside it.
  expect(memory.hasRoom('infer', 70)).toBe(true);
  close();
  close();
  expect(memory.hasRoom('train', 80)).toBe(true);
  release();
  expect(memory.hasRoom('train', 100)).toBe(true);
});
