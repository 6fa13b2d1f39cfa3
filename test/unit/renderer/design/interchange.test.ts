import { describe, expect, it } from 'vitest';
import {
  commandText,
  fileContent,
  fileName,
  fileText,
  readText,
} from '../../../../renderer/pages/design/interchange.ts';

describe('experiments as text', () => {
  const deprune = { method: 'deprune', batchSize: 8 } as const;
  const full = { method: 'full' } as const;

  it('come back as they were', () => {
    expect(readText(fileText([deprune], 'one')).experiments).toEqual([deprune]);
    expect(readText(fileText([deprune, full], 'Figure 8'))).toEqual({
      title: 'Figure 8',
      experiments: [deprune, full],
    });
    expect(readText(JSON.stringify([deprune, full])).experiments).toEqual([deprune, full]);
  });

  it('are read from presets with what they share', () => {
    const preset = {
      title: 'T',
      shared: { dataset: { name: 'cifar10' }, batchSize: 8 },
      experiments: [{ experiment: { batchSize: 4 }, small: { batchSize: 1 } }],
    };
    expect(readText(JSON.stringify(preset)).experiments).toEqual([{ dataset: { name: 'cifar10' }, batchSize: 4 }]);
  });

  it('say what is wrong with them', () => {
    expect(() => readText('{')).toThrow('This is no JSON');
    expect(() => readText('7')).toThrow('Expected an experiment');
    expect(() => readText('[null]')).toThrow('Expected an experiment');
  });

  it('are not read from a text that says a field twice, or is not UTF-8', async () => {
    expect(() => readText('{"gate": {"delta": 1, "delta": 2}}')).toThrow(
      'It has "gate.delta" twice: leave one of them out.',
    );
    const file = (text: string, encoding: BufferEncoding): File => new File([Buffer.from(text, encoding)], 'mine.json');
    expect(await fileContent(file('{"name": "Größe"}', 'utf8'))).toBe('{"name": "Größe"}');
    await expect(fileContent(file('{"name": "Größe"}', 'latin1'))).rejects.toThrow(
      'The file is not UTF-8 text from line 1 on: save it as UTF-8.',
    );
  });

  it('can be run from a terminal', () => {
    expect(fileName('Figure 8: deprune')).toBe('figure-8-deprune.json');
    expect(fileName('…')).toBe('experiment.json');
    expect(commandText([full], 'Full')).toBe(
      `cat > full.json <<'EOF'\n${fileText([full], 'Full')}EOF\nsluice run full.json\n`,
    );
  });

  it('can be run from a terminal with a server elsewhere, whose token is filled in by hand', () => {
    const file = `cat > full.json <<'EOF'\n${fileText([full], 'Full')}EOF\n`;
    expect(commandText([full], 'Full', { url: 'wss://gpu:4450', fingerprint: 'AB:CD' })).toBe(
      `${file}SLUICE_TOKEN=… sluice run full.json --offload 'wss://gpu:4450' --fingerprint 'AB:CD'\n`,
    );
    expect(commandText([full], 'Full', { url: "wss://it's", ca: 'PEM' })).toBe(
      `${file}cat > ca.pem <<'EOF'\nPEM\nEOF\nSLUICE_TOKEN=… sluice run full.json --offload 'wss://it'\\''s' --ca ca.pem\n`,
    );
  });
});
