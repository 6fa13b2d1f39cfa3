import type { ChartFormat, RunFormat } from '../api/formats.ts';
import type { PaperSpec } from '../charts/spec.ts';
import type { Run } from '../runs/store/run.ts';
import type { Store } from '../runs/store/store.ts';
import { zipRuns } from './archive/zip.ts';
import type { Chart } from './charts/chart.ts';
import { chartCsv } from './charts/chart-csv.ts';
import { pdfPicture, pngPicture, svgPicture } from './charts/picture.ts';
import { renderReport } from './report/report.ts';
import { recordTexts } from './record-texts.ts';
import type { RecordKind } from './tables/export.ts';
import { paramsFiles } from './tracking/params.ts';
import { tensorboardFiles } from './tracking/tensorboard.ts';
import { wandbFiles } from './tracking/wandb.ts';

/** What makes the files of every format. */

interface OnPaper {
  readonly paper: PaperSpec;
  /** Where the data comes from, a line each. */
  readonly provenance: readonly string[];
  /** Whether CSV keeps spreadsheets from running texts as formulas; it does unless false. */
  readonly neutralise?: boolean | undefined;
}

type ChartExporter = (chart: Chart, how: OnPaper) => Uint8Array | string | Promise<Uint8Array>;

export const chartExporters: { readonly [Format in ChartFormat]: ChartExporter } = {
  pdf: (chart, { paper }) => pdfPicture(chart, paper),
  svg: (chart, { paper }) => svgPicture(chart, paper),
  png: (chart, { paper }) => pngPicture(chart, paper),
  csv: (chart, { provenance, neutralise }) => chartCsv(chart, provenance, neutralise),
};

/** What is wanted of runs besides the format. */
export interface RunsAsked {
  readonly checkpoints?: boolean | undefined;
  /** An accuracy between 0 and 1 whose price a report tells. */
  readonly reach?: number | undefined;
  /** The title of a report, and its text with the places of its sections. */
  readonly title?: string | undefined;
  readonly prose?: string | undefined;
  /** One kind of records; for CSV the epochs unless given, for JSON all. */
  readonly what?: RecordKind | undefined;
  /** Whether CSV keeps spreadsheets from running texts as formulas; it does unless false. */
  readonly neutralise?: boolean | undefined;
}

/** Files by their paths within a folder. */
export type Files = readonly (readonly [path: string, data: Uint8Array])[];

interface Named {
  /** In the name of the file, after what it is of. */
  readonly suffix: string;
}

interface FileExporter extends Named {
  /** The file, or its text in pieces. */
  write(store: Store, runs: readonly Run[], asked: RunsAsked): Promise<Uint8Array> | Iterable<string>;
}

/** Makes a folder, which is a zip where one file is wanted. */
interface FolderExporter extends Named {
  files(store: Store, runs: readonly Run[]): Promise<Files> | Files;
}

type RunExporter = FileExporter | FolderExporter;

export const runExporters: { readonly [Format in RunFormat]: RunExporter } = {
  html: {
    suffix: 'report',
    write: (store, runs, { reach, title, prose }) => {
      const usual = runs.length === 1 ? runs[0].name : `${runs.length} runs compared`;
      return [renderReport(store, runs, { title: title ?? usual, reach, prose, madeAt: new Date() })];
    },
  },
  zip: {
    suffix: '',
    write: (store, runs, { checkpoints = false, neutralise }) => zipRuns(store, runs, { checkpoints, neutralise }),
  },
  csv: { suffix: 'epochs', write: recordTexts.csv },
  json: { suffix: '', write: recordTexts.json },
  tensorboard: { suffix: 'tensorboard', files: tensorboardFiles },
  wandb: { suffix: 'wandb', files: wandbFiles },
  params: { suffix: 'params', files: paramsFiles },
};
