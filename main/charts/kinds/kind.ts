import type { EChartsCoreOption } from 'echarts/core';
import type { z } from 'zod';
import type { SourceView, TrainingData } from '../data.ts';
import type { FamilySet } from '../drawable/family.ts';
import type { FrontierFacts } from '../drawable/frontier.ts';
import type { GateData } from '../drawable/gates.ts';
import type { Looks } from '../drawable/looks.ts';
import type { Differences } from '../drawable/parallel.ts';
import type { PlanData } from '../drawable/plan.ts';
import type { Range } from '../drawable/sample.ts';
import type { EChartsPart } from '../drawing/register.ts';
import type { AxisKind, BandKind, Horizon, PaperSpec } from '../spec.ts';
import type { ChartStyle } from '../style.ts';

/** What charts are made from besides trainings. Pages, files and reports provide what a kind asks for, and no more. */
export interface Provided {
  /** The gate of the first training over its steps. */
  readonly gates: GateData;
  /** The settings in which the runs differ. */
  readonly differences: Differences;
  /** What a frontier knows of the runs. */
  readonly frontier: readonly FrontierFacts[];
  /** What the runs were going to do; null where they are not set alike, or it is not known. */
  readonly plan: PlanData | null;
  /** Model sets: charts that need these are of them, and of no runs. */
  readonly sets: readonly FamilySet[];
}

export type Need = keyof Provided;

/** What is looked at. */
export interface View {
  readonly trainings: readonly TrainingData[];
  /** The colours of the trainings, where they are those of other charts. */
  readonly looks?: Looks | undefined;
  /** The data sources that the trainings are of. */
  readonly source: SourceView;
  /** The part of the x axis that is shown; all of it where it is null. */
  readonly range: Range | null;
}

export type Given<Needed extends Need> = View & Pick<Provided, Needed>;

/** zod, as whoever checks a spec has it: the window, which checks none, need not load it. */
export type Zod = typeof z;

/** A part of an axis, its lower end first. */
export function rangeSchema(zod: Zod): z.ZodType<Range> {
  return zod
    .tuple([zod.number(), zod.number()])
    .refine(([from, to]) => from < to, 'the lower end before the upper one');
}

/** What a command line can ask of charts; a kind says what of it it takes. */
export interface ChartChanges {
  /** From 0 (none) to 0.999. */
  readonly smoothing?: number;
  /** Points of accuracy. */
  readonly margin?: number;
  readonly logX?: boolean;
  readonly logY?: boolean;
  readonly seedsAsBand?: boolean;
  readonly band?: BandKind;
  /** Undefined: all of it. */
  readonly yRange?: Range | undefined;
  readonly inTurn?: boolean;
  readonly phases?: boolean;
  /** Undefined: none of it. */
  readonly plan?: Horizon | undefined;
}

export type Row = readonly (string | number)[];

/** Where charts of a kind are put besides the window, and how large. */
export interface PaperUse {
  /** Its usual size, where one column of a paper is too narrow for it. */
  readonly size?: Pick<PaperSpec, 'widthMm' | 'heightMm' | 'fontSize'>;
  /** Its charts in a report, by name, with their titles. Trainings have epochs alone there, no steps. */
  readonly report?: Readonly<Record<string, string>>;
  /** Its charts among the files of a run, by name. */
  readonly archive?: readonly string[];
}

/**
 * A kind of chart: how it is asked for, what it is made from, how it is drawn and what stands in its CSV. Data and
 * option are the same in the window, on paper and in a report; only the style differs.
 */
export interface ChartKind<Spec extends { readonly kind: string }, Needed extends Need, Drawable> {
  readonly kind: Spec['kind'];
  /** Its names on a command line and what they show, as a help text lists them. */
  readonly help: readonly [names: string, words: string];
  /** The usual charts of the kind by their names on a command line and in file names. */
  readonly charts: Readonly<Record<string, Spec>>;
  nameOf(spec: Spec): string;
  /** What of a command line it takes, into fields of these names unless `changed` puts it elsewhere; nothing unless given. */
  readonly takes?: readonly (keyof ChartChanges)[];
  changed?(spec: Spec, changes: ChartChanges): Spec;
  /** What a spec has to be like; a strict object with its kind. */
  schema(zod: Zod): z.ZodType<Spec> & z.core.$ZodTypeDiscriminable;

  readonly needs: readonly Needed[];
  /** Whether every data source can stand for itself; otherwise their mean stands for them. */
  readonly showsEachSource: boolean;
  /** Whether it is of results: each pair of a run for itself, unless runs are asked for as wholes. */
  readonly showsPairs: boolean;
  /** The axis of which a range can be shown; none unless given. */
  axisOf?(spec: Spec): AxisKind;

  data(given: Given<Needed>, spec: Spec): Drawable;
  /** What of ECharts the options need besides axes, legend and title. */
  readonly parts: readonly EChartsPart[];
  option(data: Drawable, spec: Spec, style: ChartStyle): EChartsCoreOption;
  /** The rows of its CSV, the first naming the columns: all that was measured within the range. */
  rows(data: Drawable, spec: Spec): Iterable<Row>;
  /** What a reader of the CSV has to know. */
  notes?(spec: Spec): readonly string[];
  readonly paper: PaperUse;
}
