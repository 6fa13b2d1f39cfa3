import { describeCut, describeNetwork } from '../model/describe.ts';
import type { LayerDescription } from '../model/layer-cost.ts';
import type { Cut, NetworkSpec, Shape } from '../model/spec.ts';
import { describeCuts } from '../runs/experiment/describe-cuts.ts';
import { parseExperiment } from '../runs/experiment/parse.ts';
import { codecSettings } from '../training/controller.ts';

/**
 * What `sluice model` prints, as lines of text: the layers of both halves, then what a training sample sends at every
 * possible cut for each budget in the codecs that experiments have unless told otherwise. Throws what describeCut throws.
 */
export function summarise(network: NetworkSpec, cut: Cut, budgets: readonly number[]): string[] {
  const { client, sent, server } = describeCut(network, cut);
  const columns = ['layer', 'output', 'parameters', 'multiply-adds'];
  const layers = alignColumns([
    columns,
    ...halfRows(`client, before the cut at layer ${cut.layer}`, client),
    ...halfRows('server', server),
    ['both', '', ...totals([...client, ...server])],
  ]);
  return [
    `${network.name}, images ${formatShape(network.input)}, ${network.classes} classes; ${formatShape(sent)} cross the network at full budget`,
    '',
    ...layers,
    '',
    ...trafficLines(network, cut, budgets),
    ...uncutLines(network),
  ];
}

function halfRows(title: string, layers: readonly LayerDescription[]): string[][] {
  return [
    [title, '', ...totals(layers)],
    ...layers.map((layer) => [
      `  ${layer.label}`,
      formatShape(layer.output),
      ...(layer.parameters > 0 ? [formatCount(layer.parameters), formatCount(layer.multiplyAdds)] : ['', '']),
    ]),
  ];
}

function totals(layers: readonly LayerDescription[]): [string, string] {
  const sum = (of: (layer: LayerDescription) => number): string =>
    formatCount(layers.reduce((total, l) => total + of(l), 0));
  return [sum((layer) => layer.parameters), sum((layer) => layer.multiplyAdds)];
}

function trafficLines(network: NetworkSpec, { module }: Cut, budgets: readonly number[]): string[] {
  const cuts = describeCuts(network, module, budgets, codecSettings(parseExperiment({}).codec));
  const shown = module ? [...budgets, null] : [null];
  const header = ['cut', 'after', 'maps', ...shown.flatMap((b) => [`${b ?? 'full'} up`, `${b ?? 'full'} down`])];
  const rows = cuts.map((row) => {
    const start = [String(row.layer), row.after];
    if ('problem' in row) return [...start, `– (${row.problem})`];
    const cells = shown.flatMap((budget) => {
      const at = row.traffic.find((traffic) => traffic.budget === budget);
      return at ? [formatCount(at.up), formatCount(at.down)] : ['–', '–'];
    });
    return [...start, formatShape(row.sent), ...cells];
  });
  const [height, width, channels] = network.input;
  return [
    'Bytes a training sample sends at each possible cut, for budgets of so many maps',
    ...alignColumns([header, ...rows]),
    `As 8-bit pixels the image itself has ${formatCount(height * width * channels)} bytes. Every step adds 4 bytes a kept map and a bit a map.`,
  ];
}

/** Which blocks cannot be cut inside; nothing for a network without any. */
function uncutLines(network: NetworkSpec): string[] {
  const blocks = describeNetwork(network).filter(({ inside }) => inside?.problem !== undefined);
  if (blocks.length === 0) return [];
  const names = [...new Set(blocks.map(({ label }) => `"${label}"`))].join(' and ');
  return ['', `There is no cut inside ${names}: a cut sends one tensor, and more cross there.`];
}

/** Pads the cells of every column; the first two columns of a row stand left, numbers right. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    if (row.length < (rows[0]?.length ?? 0)) continue;
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  }
  return rows.map((row) =>
    row
      .map((cell, i) => (/^[\d,–]/.test(cell) && i > 1 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function formatShape([height, width, maps]: Shape): string {
  return height === 1 && width === 1 ? String(maps) : `${maps} × ${height}×${width}`;
}

function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}
