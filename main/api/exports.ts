import type { Parts, SourceView } from '../charts/data.ts';
import type { DressedLine } from '../charts/drawable/dressed.ts';
import type { Looks } from '../charts/drawable/looks.ts';
import type { Range } from '../charts/drawable/sample.ts';
import type { ChartSpec } from '../charts/kinds/table.ts';
import type { PaperSpec } from '../charts/spec.ts';
import type { ChartFormat, RunFormat } from './formats.ts';

/** Files made of runs. */

export interface ChartExport {
  readonly runs: readonly string[];
  /** Of charts of model sets, which are of no runs: their names. */
  readonly sets?: readonly string[];
  readonly chart: ChartSpec;
  readonly format: ChartFormat;
  readonly paper: PaperSpec;
  /** The part of the x axis that is drawn, of charts over an axis; all of it unless given. */
  readonly range?: Range;
  /** The trainings (`run/number`), or sets, to be drawn and their places in the palette; all, in their order, unless given. */
  readonly trainings?: Looks;
  /** Of which data sources; all together unless given. Of the gate only that of the first is kept. */
  readonly source?: SourceView;
  /** Whether every pair of a run stands for itself, where the chart can show that; so they do unless given. */
  readonly parts?: Parts;
  /** Lines in this order, called and coloured otherwise than in the comparison. */
  readonly lines?: readonly DressedLine[];
}

/** `zip`: config, metrics, charts and, if wanted, checkpoints; `html`: a report; `csv`: the epochs; `json`: all records. */
export interface RunExport {
  readonly runs: readonly string[];
  readonly format: RunFormat;
  readonly checkpoints?: boolean;
  /** For `html`: an accuracy between 0 and 1 whose price the report tells. */
  readonly reach?: number;
  /** For `html`: its title; what was exported unless given. */
  readonly title?: string;
  /** For `html`: Markdown with the places of its sections. */
  readonly prose?: string;
}

/** Runs to be put on a tracking server. */
export interface RunSending {
  readonly runs: readonly string[];
  /** The address of the MLflow server. */
  readonly to: string;
  /** The experiment there; what each run was launched as unless given. */
  readonly experiment?: string;
}

export interface ExportedFile {
  readonly name: string;
  readonly type: string;
  readonly data: Uint8Array;
}
