/** An attribute of an operation as tfjs-node takes it. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** Kinds of attributes and of values: TF_AttrType and TF_DataType of TensorFlow's C API, which keeps them. */
const [STRING, INT, FLOAT, BOOL, TYPE, SHAPE] = [0, 1, 2, 3, 4, 5];
const [FLOAT32, INT32] = [1, 3];

export function text(name: string, value: string): Attribute {
  return { name, type: STRING, value };
}

export function integer(name: string, value: number | readonly number[]): Attribute {
  return { name, type: INT, value };
}

export function float(name: string, value: number): Attribute {
  return { name, type: FLOAT, value };
}

export function bool(name: string, value: boolean): Attribute {
  return { name, type: BOOL, value };
}

export function shape(name: string, value: readonly number[]): Attribute {
  return { name, type: SHAPE, value };
}

/** The type of an operation's float values; every operation here computes in float32. */
export function float32(name = 'T'): Attribute {
  return { name, type: TYPE, value: FLOAT32 };
}

export function int32(name: string): Attribute {
  return { name, type: TYPE, value: INT32 };
}
