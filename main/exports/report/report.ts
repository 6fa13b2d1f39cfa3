import { readProse, reportSections } from '../../charts/prose.ts';
import { cssColours } from '../../charts/style.ts';
import { testSetsDiffer } from '../../charts/test-sets.ts';
import { noteHtml } from '../../markdown.ts';
import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import { curvesOf } from '../tables/curves.ts';
import { escape, noteLine } from './html.ts';
import { sectionsOf } from './sections.ts';

export interface ReportOptions {
  readonly title: string;
  /** A sentence or two under the title. */
  readonly description?: string | undefined;
  /** An accuracy between 0 and 1 whose price the tables tell. */
  readonly reach?: number | undefined;
  /** Markdown with the places of the sections, as `readProse` takes it; all sections unless given. */
  readonly prose?: string | undefined;
  readonly madeAt: Date;
}

/**
 * A comparison of runs as one HTML page: charts, tables, settings, and what was written between them. It holds no script and
 * loads nothing. Throws `level-chance` and `prose-section`.
 */
export function renderReport(store: Store, chosen: readonly Run[], options: ReportOptions): string {
  const { title, description, reach, prose = '', madeAt } = options;
  const parts = readProse(prose);
  const isChosen = parts.filter((part) => 'section' in part).length < reportSections.length;
  const sections = sectionsOf(store, curvesOf(store, chosen), reach);
  const testedOn = testSetsDiffer(chosen.map(({ experiment }) => experiment));
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="color-scheme" content="light dark">',
    `<title>${escape(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<h1>${escape(title)}</h1>`,
    ...(description ? [`<p>${escape(description)}</p>`] : []),
    ...(testedOn ? [`<p><strong>${escape(testedOn)}</strong></p>`] : []),
    ...parts.flatMap((part) => {
      if ('text' in part) return [`<div class="prose">${noteHtml(part.text)}</div>`];
      const lines = sections.get(part.section.name) ?? [];
      // A place that was chosen is not left out in silence.
      return lines.length > 0 || !isChosen ? lines : [noteLine(`${part.section.title}: there is nothing to show yet.`)];
    }),
    noteLine(`Made by Sluice on ${madeAt.toISOString().slice(0, 16).replace('T', ' ')} UTC.`),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const style = `
:root{${cssColours('light')}}
@media (prefers-color-scheme:dark){:root{${cssColours('dark')}}}
body{background:var(--ground);color:var(--text);font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{margin-bottom:0}
h2{margin:2.5rem 0 .5rem;font-size:1.15rem}
.prose{max-width:42rem;margin:1.5rem 0}
.prose h3{margin:2rem 0 .5rem;font-size:1.15rem}
.prose :is(h4,h5,h6){margin:1.25rem 0 .25rem;font-size:1rem}
a{color:inherit}
svg{display:block;width:100%;max-width:45rem;height:auto}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;white-space:nowrap}
th,td{padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--grid);text-align:right}
th{color:var(--faint);font-weight:500}
.left,.prose :is(th,td){text-align:left}
.note,summary{color:var(--faint);font-size:.9rem}
pre{overflow-x:auto;font-size:.85rem}
`;
