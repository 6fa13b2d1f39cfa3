import type { Attribute } from './attributes.ts';

/** What of the addon runs an operation. */
export interface Addon {
  executeOp(name: string, attributes: readonly Attribute[], inputs: readonly number[], outputs: number): unknown;
}

const BOOL = 3;

/** Attributes of all operations that layers come to. */
const names = [
  ...['T', 'U', 'N', 'DstT', 'SrcT', 'TI', 'Taxis', 'Tidx', 'Tindices', 'Tlen', 'Tmultiples', 'Tpaddings', 'Tparams'],
  ...[
    'Tperm',
    'Tshape',
    'Truncate',
    'Index',
    'Tout',
    'adj_x',
    'adj_y',
    'transpose_a',
    'transpose_b',
    'axis',
    'batch_dims',
  ],
  ...[
    'begin_mask',
    'end_mask',
    'ellipsis_mask',
    'new_axis_mask',
    'shrink_axis_mask',
    'container',
    'shared_name',
    'dtype',
  ],
  ...[
    'shape',
    'data_format',
    'dilations',
    'strides',
    'padding',
    'explicit_paddings',
    'use_cudnn_on_gpu',
    'ksize',
    'ksizes',
  ],
  ...['rates', 'epsilon', 'exponential_avg_factor', 'is_training', 'keep_dims', 'num', 'num_split', 'use_nesterov'],
];

/**
 * Makes the addon know the names of attributes. It keeps them in one set for all threads of the process, without a lock: two
 * threads that add to it at once, as training and inference of a server might, would break it.
 */
export function shareNames(addon: Addon): void {
  addon.executeOp(
    'NoOp',
    names.map((name) => ({ name, type: BOOL, value: true })),
    [],
    0,
  );
}
