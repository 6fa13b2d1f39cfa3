import { Option, type Command } from 'commander';
import type { SourceView } from '../charts/data.ts';
import type { ChartChanges } from '../charts/kinds/kind.ts';
import { chartNames, chartsTaking, kindOf, namedChart, runChartKinds, type ChartSpec } from '../charts/kinds/table.ts';
import type { DressedLine } from '../charts/drawable/dressed.ts';
import { bands, legendPlaces, usualPaper, type BandKind, type LegendPlace, type PaperSpec } from '../charts/spec.ts';
import { nearest } from '../near.ts';
import { SluiceError } from '../errors.ts';
import { line, number, range, source, words } from './arguments.ts';

/** What `export` can be told about a chart and the paper it is drawn on. */
export interface ChartOptions {
  readonly chart?: string;
  readonly width?: number;
  readonly height?: number;
  readonly dpi: number;
  readonly font: string;
  readonly fontSize: number;
  readonly theme: PaperSpec['theme'];
  readonly title?: string;
  readonly smoothing?: number;
  readonly margin?: number;
  readonly logX?: boolean;
  readonly logY?: boolean;
  readonly bands: boolean;
  readonly phases: boolean;
  readonly plan: boolean;
  readonly range?: [from: number, to: number];
  readonly yRange?: [from: number, to: number];
  readonly band?: BandKind;
  readonly legend?: LegendPlace;
  readonly line?: readonly DressedLine[];
  readonly inTurn?: true;
  readonly wholes?: true;
  readonly source?: SourceView;
}

export function addChartOptions(command: Command): void {
  command
    .option('--chart <name>', 'the chart to draw; its names are below', words)
    .option('--width <mm>', `of the picture, one column of most papers (default: ${sizes('widthMm')})`, number)
    .option('--height <mm>', `of the picture (default: ${sizes('heightMm')})`, number)
    .option('--dpi <dpi>', 'pixels an inch of PNG', number, usualPaper.dpi)
    .option('--font <family>', 'Inter or "STIX Two Text", or any that is installed', words, usualPaper.fontFamily)
    .option('--font-size <pt>', 'in points', number, usualPaper.fontSize)
    .addOption(
      new Option('--theme <theme>', 'black on white or white on black')
        .choices(['light', 'dark'])
        .default(usualPaper.theme),
    )
    .option('--title <title>', 'above the chart')
    .option('--smoothing <weight>', 'of the moving average, 0 to 0.999; the raw line stays, faint', number)
    .option('--margin <points>', 'of the frontier: below the accuracy of the full budget (default: 0.5)', number)
    .option('--log-x', 'logarithmic x axis; traffic has one unless --no-log-x is given')
    .option('--no-log-x', 'linear x axis')
    .option('--log-y', 'logarithmic y axis')
    .option('--no-bands', 'every seed as a line of its own instead of mean and band')
    .addOption(new Option('--band <kind>', 'of the seeds: least to most, or mean ± SD, SE, 95 % CI').choices(bands))
    .option('--in-turn', 'what a run trained one after another where it lies in the run, not from its own beginning')
    .option('--wholes', 'a run as one line through all its budgets, not a line for each of its pairs')
    .option('--no-phases', 'no ground that shows the phases')
    .option('--no-plan', 'as far as the runs are, without what was planned')
    .option('--range <from..to>', 'a part of the x axis: epochs, steps, seconds or bytes', range)
    .option('--y-range <from..to>', 'a part of the y axis, accuracies as shares: 0.5..0.9', range)
    .addOption(new Option('--legend <place>', 'where lines are named').choices(legendPlaces))
    .option(
      '--line <line=name:#colour>',
      'a line by another name, in another colour, or both; may be given several times, in the order of the legend',
      line,
    )
    .option(
      '--source <number>',
      'one data source alone, or "each" for a line of each; all together unless given',
      source,
    );
}

/** The usual size, and that of kinds which one column is too narrow for: `85, 175 for parallel`. */
function sizes(length: 'widthMm' | 'heightMm'): string {
  const own = runChartKinds.flatMap(({ kind, paper: { size } }) => (size ? [`${size[length]} for ${kind}`] : []));
  return [usualPaper[length], ...own].join(', ');
}

/** The charts by name, as a help text lists them. */
export function chartHelp(): string {
  const entries = runChartKinds.map(({ help }) => help);
  const width = Math.max(...entries.map(([names]) => names.length));
  return entries.map(([names, words]) => `  ${names.padEnd(width)}  ${words}`).join('\n');
}

/** The chart of a name as the options want it. Throws `chart-unknown`. */
export function chartOf(
  name: string,
  { smoothing = 0, margin, logX, logY = false, bands: asBand, band, inTurn, yRange, phases, plan }: ChartOptions,
): ChartSpec {
  if (smoothing < 0 || smoothing > 0.999) {
    throw new SluiceError('bad-usage', `--smoothing ${smoothing} is not between 0 and 0.999.`);
  }
  const withMargin = chartsTaking('margin');
  if (margin !== undefined && !withMargin.includes(name)) {
    throw new SluiceError('bad-usage', `--margin is of the chart ${withMargin.join(', ')} alone, not of ${name}.`);
  }
  if (margin !== undefined && !(margin >= 0 && margin <= 100)) {
    throw new SluiceError('bad-usage', `--margin ${margin} is not between 0 and 100 points.`);
  }
  const changes: ChartChanges = {
    smoothing,
    logY,
    seedsAsBand: asBand,
    phases,
    ...(plan ? {} : { plan: undefined }),
    ...(logX === undefined ? {} : { logX }),
    ...(band && { band }),
    ...(inTurn && { inTurn }),
    ...(margin !== undefined && { margin }),
    ...(yRange && { yRange }),
  };
  const chart = namedChart(name, changes);
  if (chart) return chart;
  const near = nearest(name, chartNames);
  const advice =
    near === undefined ? '"sluice export --help" lists them' : `Did you mean ${near}? "sluice export --help" lists all`;
  throw new SluiceError('chart-unknown', `There is no chart "${name}". ${advice}.`, { path: 'chart' });
}

/** The paper of a chart; throws `bad-usage` for sizes that make no picture. */
export function paperOf(chart: ChartSpec, options: ChartOptions): PaperSpec {
  const usual = kindOf(chart).paper.size ?? usualPaper;
  const {
    width = usual.widthMm,
    height = usual.heightMm,
    dpi,
    font,
    fontSize,
    theme,
    title = usualPaper.title,
    legend,
  } = options;
  const within = (option: string, value: number, least: number, most: number): void => {
    if (value >= least && value <= most) return;
    throw new SluiceError('bad-usage', `--${option} ${value} is not between ${least} and ${most}.`);
  };
  within('width', width, 10, 1000);
  within('height', height, 10, 1000);
  within('dpi', dpi, 36, 1200);
  within('font-size', fontSize, 3, 72);
  return { widthMm: width, heightMm: height, dpi, fontFamily: font, fontSize, theme, title, ...(legend && { legend }) };
}
