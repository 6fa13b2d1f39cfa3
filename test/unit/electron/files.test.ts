import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserWindow, SaveDialogOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { openFile, pickPath, saveFile } from '../../../electron/files.ts';
import { temporaryFolder } from '../../support/run-store.ts';

const window = {} as unknown as BrowserWindow;
const data = new Uint8Array([80, 75]);

function saving(filePath: string) {
  const asked: SaveDialogOptions[] = [];
  const dialog = {
    showSaveDialog: (_window: unknown, options?: SaveDialogOptions) => {
      asked.push(options!);
      return Promise.resolve({ canceled: filePath === '', filePath });
    },
  };
  return { asked, dialog };
}

const picking = (...filePaths: string[]) => ({
  showOpenDialog: () => Promise.resolve({ canceled: filePaths.length === 0, filePaths }),
});

describe('files of the desktop app', () => {
  it('are written where the user says, under a name without folders', async () => {
    const folder = temporaryFolder();
    const { asked, dialog } = saving(join(folder, 'mine.zip'));
    expect(await saveFile(dialog, window, { name: '../../run-1.zip', data, folder })).toBe(true);
    expect(asked).toEqual([
      { defaultPath: join(folder, 'run-1.zip'), filters: [{ name: 'Archive', extensions: ['zip'] }] },
    ]);
    expect(readFileSync(join(folder, 'mine.zip'))).toEqual(Buffer.from(data));
  });

  it('are not written when the user thinks better of it', async () => {
    const folder = temporaryFolder();
    expect(await saveFile(saving('').dialog, window, { name: 'run.csv', data, folder })).toBe(false);
    expect(existsSync(join(folder, 'run.csv'))).toBe(false);
  });

  it('that cannot be written are named with the reason', async () => {
    const path = join(temporaryFolder(), 'missing', 'run.csv');
    const saved = saveFile(saving(path).dialog, window, { name: 'run.csv', data, folder: '' });
    await expect(saved).rejects.toMatchObject({
      code: 'cannot-write',
      message: expect.stringContaining(path) as string,
    });
  });

  it('are read as text, but not without end', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.json'), '{}');
    writeFileSync(join(folder, 'film.json'), new Uint8Array(17e6));
    expect(await openFile(picking(join(folder, 'a.json')), window, [])).toEqual({ name: 'a.json', text: '{}' });
    const film = openFile(picking(join(folder, 'film.json')), window, []);
    await expect(film).rejects.toMatchObject({
      code: 'too-large',
      message: 'film.json has 17 MB; at most 16 MB are read.',
    });
    writeFileSync(join(folder, 'latin.json'), Buffer.from('{"name": "Gr\u00f6\u00dfe"}', 'latin1'));
    await expect(openFile(picking(join(folder, 'latin.json')), window, [])).rejects.toMatchObject({
      code: 'bad-file',
      message: 'latin.json is not UTF-8 text from line 1 on: save it as UTF-8.',
    });
    expect(await openFile(picking(), window, [])).toBeNull();
    expect(await pickPath(picking(folder), window, 'folder')).toBe(folder);
  });
});
