import { SluiceError } from '../errors.ts';
import { chartKinds } from './kinds/table.ts';

/**
 * The text of a report: Markdown in which a line such as `{{accuracy-bytes}}` stands for a section. Sections come where the
 * text names them, and those alone; a text that names none is followed by all.
 */

export interface ReportSection {
  readonly name: string;
  readonly title: string;
}

const chartSections: readonly ReportSection[] = chartKinds.flatMap(({ paper }) =>
  Object.entries(paper.report ?? {}).map(([name, title]) => ({ name, title })),
);

/** All sections in their usual order. */
export const reportSections: readonly ReportSection[] = [
  { name: 'claims', title: 'What it comes to' },
  { name: 'results', title: 'Results' },
  { name: 'pairs', title: 'Model pairs' },
  ...chartSections,
  { name: 'differences', title: 'Settings that differ' },
  { name: 'notes', title: 'Notes' },
  { name: 'settings', title: 'All settings' },
];

/** A piece of Markdown, or a section. */
export type ReportPart = { readonly text: string } | { readonly section: ReportSection };

/** Of a text in characters. */
export const longestProse = 200_000;

const placeholder = /^[ \t]*\{\{[ \t]*(.*?)[ \t]*\}\}[ \t]*$/m;

/** What a report shows, in its order. Throws `prose-section` for a section that there is none of. */
export function readProse(text: string): ReportPart[] {
  const pieces = text.split(new RegExp(placeholder, 'gm'));
  // Texts and the names between them take turns.
  const parts = pieces.flatMap((piece, i): ReportPart[] => {
    if (i % 2 === 1) return [{ section: sectionNamed(piece) }];
    return piece.trim() === '' ? [] : [{ text: piece.trim() }];
  });
  return pieces.length > 1 ? parts : [...parts, ...reportSections.map((section) => ({ section }))];
}

function sectionNamed(name: string): ReportSection {
  const section = reportSections.find((each) => each.name === name);
  if (section) return section;
  const known = reportSections.map((each) => each.name).join(', ');
  throw new SluiceError('prose-section', `A report has no section "{{${name}}}". It has ${known}.`, { path: 'prose' });
}

/** A section as a text names it. */
export function placeOfSection({ name }: ReportSection): string {
  return `{{${name}}}`;
}
