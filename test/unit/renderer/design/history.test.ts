import { describe, expect, it } from 'vitest';
import { historyOf, record, redo, settle, undo } from '../../../../renderer/pages/design/history.ts';

describe('history', () => {
  it('goes back and forth', () => {
    let history = record(record(historyOf('a'), 'b'), 'c');
    history = undo(history);
    expect(history.present).toBe('b');
    history = undo(undo(history));
    expect(history.present).toBe('a');
    history = redo(redo(redo(history)));
    expect(history.present).toBe('c');
  });

  it('forgets what was undone once there is something new', () => {
    const history = record(undo(record(historyOf('a'), 'b')), 'c');
    expect(redo(history).present).toBe('c');
    expect(undo(history).present).toBe('a');
  });

  it('takes a gesture back as one', () => {
    let history = record(historyOf(0), 1);
    for (const value of [2, 3, 4]) history = record(history, value, 'drag');
    expect(undo(history).present).toBe(1);
    history = record(settle(history), 5, 'drag');
    expect(undo(history).present).toBe(4);
    history = record(record(history, 6, 'typing'), 7, 'other');
    expect(undo(history).present).toBe(6);
  });

  it('does not count what changes nothing', () => {
    const history = historyOf('a');
    expect(record(history, 'a')).toBe(history);
  });
});
