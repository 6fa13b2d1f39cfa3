import { kindOf, type ChartSpec } from '../../main/charts/kinds/table.ts';
import { usualPaper, type PaperSpec } from '../../main/charts/spec.ts';

export type SizeName = 'column' | 'columns' | 'slide' | 'own';

/** Usual sizes, with the font that can be read at them. */
export const sizes: readonly {
  readonly value: SizeName;
  readonly label: string;
  readonly hint?: string;
  readonly paper?: Pick<PaperSpec, 'widthMm' | 'heightMm' | 'fontSize'>;
}[] = [
  { value: 'column', label: 'One column', hint: '85 × 60 mm, 8 pt', paper: { widthMm: 85, heightMm: 60, fontSize: 8 } },
  {
    value: 'columns',
    label: 'Two columns',
    hint: '175 × 80 mm, 8 pt',
    paper: { widthMm: 175, heightMm: 80, fontSize: 8 },
  },
  { value: 'slide', label: 'Slide', hint: '254 × 143 mm, 16 pt', paper: { widthMm: 254, heightMm: 143, fontSize: 16 } },
  { value: 'own', label: 'Own size' },
];

/** What a chart is drawn on at first: as chosen before, or at its own size where a column is too narrow for it. */
export function paperFor(chart: ChartSpec, chosen: PaperSpec = usualPaper): PaperSpec {
  const own = sizeName(chosen) === 'column' ? kindOf(chart).paper.size : undefined;
  return { ...chosen, ...own, title: '' };
}

/** The usual size that a paper has, if it has one. */
export function sizeName({ widthMm, heightMm }: PaperSpec): SizeName {
  const same = sizes.find(({ paper }) => paper?.widthMm === widthMm && paper.heightMm === heightMm);
  return same?.value ?? 'own';
}
