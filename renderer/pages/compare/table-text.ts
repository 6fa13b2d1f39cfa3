import { csvCell } from '../../../main/charts/csv.ts';
import { formatSooner } from '../../../main/charts/comparison/against-scratch.ts';
import { formatSpread, shownMeasures, type Questions } from '../../../main/charts/comparison/measures.ts';
import { formatSaving, type Result } from '../../../main/charts/comparison/results.ts';

/** The table of results as text for elsewhere. */

const head = (results: readonly Result[], questions: Questions): string[] => [
  'Training',
  ...shownMeasures(results).map(({ label }) => label(questions)),
  'Bytes saved',
  'Against scratch',
];

function words(results: readonly Result[]): string[][] {
  const shown = shownMeasures(results);
  return results.map(({ label, trainings, values, saving, scratch }) => [
    trainings.length > 1 ? `${label} (${trainings.length} seeds)` : label,
    ...shown.map((measure) => formatSpread(measure, values[measure.name])),
    formatSaving(saving),
    formatSooner(scratch),
  ]);
}

/** For a README or a note. */
export function markdownTable(results: readonly Result[], questions: Questions): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  const rule = [
    '---',
    ...head(results, questions)
      .slice(1)
      .map(() => '---:'),
  ];
  return [head(results, questions), rule, ...words(results)].map(line).join('\n');
}

const latexSigns: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '±': '$\\pm$',
  '×': '$\\times$',
  '–': '--',
};

/** For a paper, with the rules of booktabs. */
export function latexTable(results: readonly Result[], questions: Questions): string {
  const escape = (text: string): string =>
    text
      .replace(/[\\~^±×–&%$#_{}]/g, (sign) => latexSigns[sign] ?? `\\${sign}`)
      .replace(/(\d) (?=\\%|[kMGT]?B)/g, '$1\\,');
  const line = (cells: readonly string[]): string => `${cells.map(escape).join(' & ')} \\\\`;
  return [
    '% \\usepackage{booktabs}',
    `\\begin{tabular}{l${'r'.repeat(head(results, questions).length - 1)}}`,
    '\\toprule',
    line(head(results, questions)),
    '\\midrule',
    ...words(results).map(line),
    '\\bottomrule',
    '\\end{tabular}',
  ].join('\n');
}

/** All digits, in bytes, seconds and shares of one: means over seeds, and their standard deviations beside them. */
export function csvTable(results: readonly Result[], questions: Questions): string {
  const shown = shownMeasures(results);
  const columns = ['training', 'seeds', ...shown.flatMap(({ name }) => [name, `${name}Deviation`, `${name}Count`])];
  const rows = results.map(({ label, trainings, values, saving, scratch }) => [
    label,
    trainings.length,
    ...shown.flatMap(({ name }) => {
      const spread = values[name];
      return [spread?.mean ?? '', spread?.deviation ?? '', spread?.count ?? 0];
    }),
    saving ?? '',
    scratch?.factor ?? '',
  ]);
  const notes = [`within: accuracy within ${questions.bytes} bytes`, `price: to a test accuracy of ${questions.reach}`];
  return [
    ...notes.map((note) => `# ${note}`),
    ...[[...columns, 'saving', 'fewerEpochsThanScratch'], ...rows].map((row) =>
      row.map((cell) => csvCell(cell)).join(','),
    ),
    '',
  ].join('\r\n');
}
