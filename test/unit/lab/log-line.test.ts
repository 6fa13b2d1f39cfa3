import { describe, expect, it } from 'vitest';
import { logLine } from '../../../main/lab/records/log-line.ts';

const line = (details: object): string => JSON.stringify({ time: '2026-01-01T00:00:00.000Z', ...details });

describe('a line of the log of a run', () => {
  it('is a sentence with a level; where there are several sources, it names the one it is about', () => {
    const retry = line({ event: 'link-retry', source: 1, message: 'Cannot reach ws://gpu:4450.' });
    expect(logLine(retry, 2)).toEqual({
      at: Date.UTC(2026, 0, 1),
      level: 'warning',
      event: 'link-retry',
      text: 'Source 2: Cannot reach ws://gpu:4450. It is tried again.',
    });
    expect(
      logLine(line({ event: 'link-reconnected', source: 0, message: 'The offload server is back.' }), 1),
    ).toMatchObject({ level: 'info', text: 'The offload server is back.' });
  });

  it('shows what it has when its event has no words, and what is left of half a line', () => {
    expect(logLine(line({ event: 'toString', step: 3 }), 1)).toMatchObject({ level: 'info', text: 'step 3' });
    expect(logLine('{"time":"2026', 1)).toMatchObject({ at: 0, level: 'warning', text: '{"time":"2026' });
  });
});
