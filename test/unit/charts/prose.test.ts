import { describe, expect, it } from 'vitest';
import { placeOfSection, readProse, reportSections } from '../../../main/charts/prose.ts';

const named = (text: string): string[] =>
  readProse(text).map((part) => ('text' in part ? part.text : placeOfSection(part.section)));

describe('the text of a report', () => {
  it('is cut where a line names a section, and shows those alone', () => {
    const text = 'Before\n\n{{accuracy-bytes}}\nBetween {{results}} in a line\n  {{ results }}  \n\nAfter\n';
    expect(named(text)).toEqual([
      'Before',
      '{{accuracy-bytes}}',
      'Between {{results}} in a line',
      '{{results}}',
      'After',
    ]);
    expect(named('{{settings}}\n{{claims}}')).toEqual(['{{settings}}', '{{claims}}']);
  });

  it('is followed by all sections where it names none, also where it is empty', () => {
    const all = reportSections.map(placeOfSection);
    expect(named('')).toEqual(all);
    expect(named('Only words')).toEqual(['Only words', ...all]);
    expect(named(all.join('\n\n'))).toEqual(all);
  });

  it('names a section that there is none of, and those there are', () => {
    expect(() => readProse('{{acuracy}}')).toThrow(
      /no section "\{\{acuracy\}\}".*claims, results, pairs, accuracy-epoch/,
    );
  });
});
