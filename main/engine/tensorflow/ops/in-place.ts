import * as tf from '@tensorflow/tfjs-core';
import { float32, shape, text } from '../attributes.ts';
import { run, runs } from '../backend.ts';

/** TensorFlow's own variables, through which those of TensorFlow.js are written. */
let slots: readonly tf.Tensor[] = [];

/** Makes the slots; once, with the backend. */
export function openSlots(): void {
  slots = ['first', 'second'].map((name) =>
    run('VarHandleOp', [text('container', ''), text('shared_name', name), float32('dtype'), shape('shape', [])]),
  );
}

/**
 * Runs `update` on TensorFlow's variables that hold the values of `variables`, two at most, and takes what they hold afterwards.
 * TensorFlow writes in place what nothing else holds, and copies what a clone shares.
 */
export function inPlace(variables: readonly tf.Variable[], update: (resources: readonly tf.Tensor[]) => void): void {
  const resources = variables.map((variable, i) => {
    runs('AssignVariableOp', [float32('dtype')], [slots[i], variable], 0);
    tf.engine().disposeTensor(variable);
    return slots[i];
  });
  try {
    update(resources);
  } finally {
    variables.forEach((variable, i) => {
      const held = run('ReadVariableOp', [float32('dtype')], slots[i]);
      variable.dataId = held.dataId;
      tf.engine().incRef(variable, null as never);
      held.dispose();
    });
  }
}
