import type { EChartsCoreOption } from 'echarts/core';
import type { SourceView, TrainingData } from '../../charts/data.ts';
import type { FamilySet } from '../../charts/drawable/family.ts';
import type { Looks } from '../../charts/drawable/looks.ts';
import type { Colours } from '../../charts/drawing/palette.ts';
import type { Range } from '../../charts/drawable/sample.ts';
import { isOfSets, kindOf, type AnyKind, type ChartSpec } from '../../charts/kinds/table.ts';
import type { ChartStyle } from '../../charts/style.ts';
import { SluiceError } from '../../errors.ts';
import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import { nothingToDraw, provide } from './provide.ts';

/** A chart with all that it is drawn from: for files and reports the way from data to option. */
export interface Chart {
  readonly kind: AnyKind;
  readonly spec: ChartSpec;
  /** What the kind made to be drawn. */
  readonly data: unknown;
  readonly source: SourceView;
  readonly range: Range | null;
  /** Of lines that are not to have one of the palette. */
  readonly colours: Colours;
}

interface Wanted {
  readonly looks?: Looks | undefined;
  readonly source?: SourceView;
  readonly range?: Range | null | undefined;
  readonly colours?: Colours;
  /** The runs that are compared; those of the trainings with records unless given. */
  readonly runs?: readonly Run[];
  /** For charts of model sets, which are of no trainings. */
  readonly sets?: readonly FamilySet[];
}

/** A chart of trainings or of model sets. Throws `nothing-to-draw`. */
export function chartOf(
  store: Store,
  trainings: readonly TrainingData[],
  spec: ChartSpec,
  { looks, source = 'all', range = null, colours = {}, runs, sets = [] }: Wanted = {},
): Chart {
  const kind = kindOf(spec);
  const drawn = trainings.filter(({ steps, epochs }) => steps.step.length > 0 || epochs.length > 0);
  if (drawn.length === 0 && !isOfSets(kind)) {
    const names = [...new Set(trainings.map(({ run }) => run))].join(', ');
    throw nothingToDraw(`${names} has no records yet. Let it train for a while.`);
  }
  const compared = runs ?? [...new Set(drawn.map(({ run }) => run))].map((run) => store.find(run));
  const provided = provide(kind.needs, { store, runs: compared, trainings: drawn, sets });
  const data = kind.data({ trainings: drawn, looks, source, range, ...provided }, spec);
  return { kind, spec, data, source, range, colours };
}

/** The chart as an ECharts option. */
export function optionOf({ kind, spec, data, colours }: Chart, style: ChartStyle): EChartsCoreOption {
  return kind.option(data, spec, { ...style, colours });
}

/** The data sources that a chart of a kind shows, where these are asked for. Throws `bad-input` where they are not kept. */
export function shownSources(spec: ChartSpec, source: SourceView): SourceView {
  const { needs, showsEachSource } = kindOf(spec);
  if (needs.includes('gates') && source !== 'all') {
    throw new SluiceError('bad-input', 'Only the gate of the first data source is kept. Leave the source out.', {
      path: 'source',
    });
  }
  return source === 'each' && !showsEachSource ? 'all' : source;
}
