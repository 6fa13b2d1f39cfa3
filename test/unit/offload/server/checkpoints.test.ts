import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  openCheckpoints,
  removeOldCheckpoints,
  type CheckpointLimits,
} from '../../../../main/offload/server/checkpoints.ts';
import { temporaryFolder } from '../../../support/closing.ts';

const limits: CheckpointLimits = { checkpointBytes: 1000, diskBytes: 1500, checkpoints: 2 };
const bytes = (length: number, fill = 7): Uint8Array => new Uint8Array(length).fill(fill);
const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

describe('checkpoints on the server', () => {
  it('are known again by name and digest after a restart', async () => {
    const root = temporaryFolder();
    const saved = await openCheckpoints(root, 'run', 0, limits).save('step-1', bytes(100));
    expect(saved).toEqual({ bytes: 100, sha256: sha256(bytes(100)) });
    const later = openCheckpoints(root, 'run', 0, limits);
    expect(new Uint8Array(await later.read('step-1', saved.sha256))).toEqual(bytes(100));
    await expect(later.read('step-2')).rejects.toMatchObject({ code: 'checkpoint-unknown' });
    await expect(openCheckpoints(root, 'run', 1, limits).read('step-1')).rejects.toMatchObject({
      code: 'checkpoint-unknown',
    });
  });

  it('that were changed on the disk are not restored', async () => {
    const root = temporaryFolder();
    const checkpoints = openCheckpoints(root, 'run', 0, limits);
    const { sha256: digest } = await checkpoints.save('step-1', bytes(100));
    writeFileSync(join(root, 'run', '0', 'step-1.safetensors'), bytes(100, 8));
    await expect(checkpoints.read('step-1', digest)).rejects.toMatchObject({ code: 'checkpoint-damaged' });
  });

  it('are the last few, and replaced under the same name', async () => {
    const root = temporaryFolder();
    const checkpoints = openCheckpoints(root, 'run', 0, limits);
    for (const [i, name] of ['a', 'b', 'b', 'c'].entries()) {
      await checkpoints.save(name, bytes(100, i));
      utimesSync(join(root, 'run', '0', `${name}.safetensors`), i, i);
    }
    expect(readdirSync(join(root, 'run', '0')).sort()).toEqual(['b.safetensors', 'c.safetensors']);
    expect((await checkpoints.read('b'))[0]).toBe(2);
  });

  it('stay within the limits of a source and of the disk', async () => {
    const root = temporaryFolder();
    const [one, two] = [0, 1].map((source) => openCheckpoints(root, 'run', source, limits));
    await one.save('a', bytes(800));
    await expect(one.save('b', bytes(300))).rejects.toMatchObject({ code: 'limit-checkpoints' });
    await expect(one.begin('b', 2 ** 40)).rejects.toMatchObject({ code: 'limit-checkpoints' });
    await expect(two.save('a', bytes(800))).rejects.toMatchObject({ code: 'limit-checkpoints' });
    await one.save('a', bytes(900));
    await one.drop('a');
    await two.save('a', bytes(800));
  });

  it('arrive in parts, in order, whole or not at all', async () => {
    const checkpoints = openCheckpoints(temporaryFolder(), 'run', 0, limits);
    const whole = Uint8Array.from({ length: 90 }, (_, i) => i);
    await checkpoints.begin('a', 90);
    expect(await checkpoints.append({ offset: 0, total: 90, bytes: whole.subarray(0, 50) })).toEqual({});
    await expect(checkpoints.append({ offset: 40, total: 90, bytes: whole.subarray(40) })).rejects.toMatchObject({
      code: 'checkpoint-invalid',
    });
    await expect(checkpoints.read('a')).rejects.toMatchObject({ code: 'checkpoint-unknown' });
    await checkpoints.begin('a', 90);
    await checkpoints.append({ offset: 0, total: 90, bytes: whole.subarray(0, 50) });
    expect(await checkpoints.append({ offset: 50, total: 90, bytes: whole.subarray(50) })).toEqual({
      bytes: 90,
      sha256: sha256(whole),
    });
    expect(await checkpoints.part('a', 40, 20)).toEqual({ offset: 40, total: 90, bytes: whole.slice(40, 60) });
    expect((await checkpoints.part('a', 200, 20)).bytes).toHaveLength(0);
  });

  it('go with the end of a run, or by age', async () => {
    const root = temporaryFolder();
    const [one, two] = [0, 1].map((source) => openCheckpoints(root, 'run-a', source, limits));
    await one.save('a', bytes(10));
    await two.save('a', bytes(10));
    await one.remove();
    expect(readdirSync(join(root, 'run-a'))).toEqual(['1']);
    await two.remove();
    expect(readdirSync(root)).toEqual([]);

    await openCheckpoints(root, 'run-b', 0, limits).save('a', bytes(10));
    await openCheckpoints(root, 'run-c', 0, limits).save('a', bytes(10));
    utimesSync(join(root, 'run-b', '0', 'a.safetensors'), 1, 1);
    await removeOldCheckpoints(root, 30);
    expect(readdirSync(root)).toEqual(['run-c']);
  });

  it('leave what no server wrote, however old', async () => {
    const root = temporaryFolder();
    await openCheckpoints(root, 'run-a', 0, limits).save('a', bytes(10));
    writeFileSync(join(root, 'notes.txt'), 'not ours');
    writeFileSync(join(root, 'run-a', '0', 'thesis.tex'), 'not ours');
    mkdirSync(join(root, 'photos'));
    for (const path of ['notes.txt', 'run-a/0/thesis.tex', 'run-a/0/a.safetensors']) utimesSync(join(root, path), 1, 1);
    await removeOldCheckpoints(root, 30);
    expect(readdirSync(root)).toEqual(['notes.txt', 'photos', 'run-a']);
    expect(readdirSync(join(root, 'run-a', '0'))).toEqual(['a.safetensors', 'thesis.tex']);
  });
});
