/**
 * What charts and runs are exported as, in the order dialogs offer it. Commands, checks and dialogs list these; what
 * makes the files stands in one table beside the exports, which lacks none of them.
 */

export const chartFormats = [
  { format: 'pdf', type: 'application/pdf', label: 'PDF', hint: 'Vectors and real text, fonts embedded' },
  { format: 'svg', type: 'image/svg+xml', label: 'SVG', hint: 'Vectors, to edit; names its font' },
  { format: 'png', type: 'image/png', label: 'PNG', hint: 'Pixels' },
  { format: 'csv', type: 'text/csv', label: 'CSV', hint: 'Every point, smoothed and as measured' },
] as const;
export type ChartFormat = (typeof chartFormats)[number]['format'];

export const runFormats = [
  { format: 'html', extension: 'html', type: 'text/html', label: 'Report as HTML' },
  { format: 'zip', extension: 'zip', type: 'application/zip', label: 'Everything as zip' },
  { format: 'csv', extension: 'csv', type: 'text/csv', label: 'Metrics as CSV' },
  { format: 'json', extension: 'json', type: 'application/json', label: 'Metrics as JSON' },
  { format: 'tensorboard', extension: 'zip', type: 'application/zip', label: 'TensorBoard event files' },
  { format: 'wandb', extension: 'zip', type: 'application/zip', label: 'For Weights & Biases' },
  { format: 'params', extension: 'zip', type: 'application/zip', label: 'params.yaml and metrics.json' },
] as const;
export type RunFormat = (typeof runFormats)[number]['format'];
