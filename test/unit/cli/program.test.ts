import { describe, expect, it } from 'vitest';
import { createProgram } from '../../../main/cli/program.ts';

describe('the program', () => {
  it('has the command that is asked for as it is among all', async () => {
    const { commands } = await createProgram();
    expect(commands.length).toBeGreaterThan(15);
    for (const command of commands) {
      const alone = (await createProgram(command.name())).commands;
      expect(alone.length).toBeLessThan(commands.length);
      const found = alone.find((each) => each.name() === command.name());
      expect(found?.helpInformation()).toBe(command.helpInformation());
    }
  });

  it('has all commands where none is asked for by its name', async () => {
    const all = (await createProgram()).helpInformation();
    for (const asked of ['rnu', '--help', '--version', 'help']) {
      expect((await createProgram(asked)).helpInformation()).toBe(all);
    }
  });
});
