import protobuf from 'protobufjs/light.js';
import { frame, framed } from './records.ts';

/**
 * The messages of TensorFlow's event files, with the numbers of their fields (event.proto, summary.proto, tensor.proto of
 * TensorFlow, plugin_data.proto of TensorBoard's hparams; Apache 2.0). Numbers never change: later versions add.
 */

type Field = readonly [id: number, type: string, rule?: 'repeated' | 'map'];

const messages: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  Event: {
    wallTime: [1, 'double'],
    step: [2, 'int64'],
    fileVersion: [3, 'string'],
    summary: [5, 'Summary'],
  },
  Summary: { value: [1, 'SummaryValue', 'repeated'] },
  SummaryValue: {
    tag: [1, 'string'],
    simpleValue: [2, 'float'],
    tensor: [8, 'TensorProto'],
    metadata: [9, 'SummaryMetadata'],
  },
  SummaryMetadata: { pluginData: [1, 'PluginData'] },
  PluginData: { pluginName: [1, 'string'], content: [2, 'bytes'] },
  TensorProto: {
    dtype: [1, 'int32'],
    tensorShape: [2, 'TensorShapeProto'],
    tensorContent: [4, 'bytes'],
    floatVal: [5, 'float', 'repeated'],
    doubleVal: [6, 'double', 'repeated'],
    stringVal: [8, 'bytes', 'repeated'],
  },
  TensorShapeProto: { dim: [2, 'Dim', 'repeated'] },
  Dim: { size: [1, 'int64'] },
  HParamsPluginData: { version: [1, 'int32'], sessionStartInfo: [3, 'SessionStartInfo'] },
  SessionStartInfo: { hparams: [1, 'Value', 'map'], groupName: [4, 'string'], startTimeSecs: [5, 'double'] },
  Value: { numberValue: [2, 'double'], stringValue: [3, 'string'], boolValue: [4, 'bool'] },
};

const dataTypes = { float: 1, double: 2, string: 7 } as const;

/** Values at a place: numbers by their tags, and texts. */
export interface Event {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly step: number;
  readonly scalars: readonly { readonly tag: string; readonly value: number }[];
  readonly texts: readonly { readonly tag: string; readonly text: string }[];
}

/** What a run was set to. */
export type Parameters = Readonly<Record<string, string | number | boolean>>;

const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(messages).map(([name, fields]) => [
      name,
      { fields: Object.fromEntries(Object.entries(fields).map(([field, described]) => [field, fieldOf(described)])) },
    ]),
  ),
  options: { syntax: 'proto3' },
});

function fieldOf([id, type, rule]: Field): protobuf.IField {
  if (rule === 'map') return { id, type, keyType: 'string' } as protobuf.IField;
  return { id, type, ...(rule && { rule }) };
}

const [event, hparams] = ['Event', 'HParamsPluginData'].map((name) => root.lookupType(name));

/** The first record of a file. */
export function versionRecord(time: number): Buffer {
  return record({ wallTime: time / 1000, fileVersion: 'brain.Event:2' });
}

/** Numbers at a place. */
export function scalarRecord({ time, step, scalars }: Omit<Event, 'texts'>): Buffer {
  const value = scalars.map(({ tag, value }) => ({ tag, simpleValue: value }));
  return record({ wallTime: time / 1000, step, summary: { value } });
}

/** A text, which TensorBoard shows under Text. */
export function textRecord(time: number, tag: string, text: string): Buffer {
  const tensor = {
    dtype: dataTypes.string,
    tensorShape: { dim: [{ size: 1 }] },
    stringVal: [Buffer.from(text)],
  };
  const value = [{ tag, tensor, metadata: { pluginData: { pluginName: 'text' } } }];
  return record({ wallTime: time / 1000, step: 0, summary: { value } });
}

/** What the run was set to, for the table of hyperparameters; runs of one `group` stand together. */
export function parametersRecord(time: number, group: string, parameters: Parameters): Buffer {
  const content = hparams
    .encode({
      version: 0,
      sessionStartInfo: {
        hparams: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, protoValue(value)])),
        groupName: group,
        startTimeSecs: time / 1000,
      },
    })
    .finish();
  const tensor = { dtype: dataTypes.float, tensorShape: {}, floatVal: [0] };
  const metadata = { pluginData: { pluginName: 'hparams', content } };
  const value = [{ tag: '_hparams_/session_start_info', tensor, metadata }];
  return record({ wallTime: time / 1000, summary: { value } });
}

/** The events of a file with anything that is a number or a text. Throws an Error for what is no event file. */
export function* readEvents(file: Buffer): Generator<Event> {
  for (const bytes of framed(file)) {
    const { wallTime = 0, step = 0, summary } = event.toObject(event.decode(bytes), { longs: Number }) as RawEvent;
    const values = summary?.value ?? [];
    const scalars = values.flatMap((value) => {
      const number = numberOf(value);
      return number === null ? [] : [{ tag: value.tag ?? '', value: number }];
    });
    const texts = values.flatMap(({ tag = '', tensor }) =>
      tensor?.dtype === dataTypes.string && tensor.stringVal
        ? [{ tag, text: tensor.stringVal.map((each) => Buffer.from(each).toString('utf8')).join('\n') }]
        : [],
    );
    if (scalars.length + texts.length > 0) yield { time: wallTime * 1000, step, scalars, texts };
  }
}

interface RawValue {
  readonly tag?: string;
  readonly simpleValue?: number;
  readonly metadata?: { readonly pluginData?: { readonly pluginName?: string } };
  readonly tensor?: {
    readonly dtype?: number;
    readonly tensorShape?: { readonly dim?: readonly unknown[] };
    readonly tensorContent?: Uint8Array;
    readonly floatVal?: readonly number[];
    readonly doubleVal?: readonly number[];
    readonly stringVal?: readonly Uint8Array[];
  };
}

interface RawEvent {
  readonly wallTime?: number;
  readonly step?: number;
  readonly summary?: { readonly value?: readonly RawValue[] };
}

/** One number, as the first version of summaries has it or as a tensor without dimensions; null for anything else. */
function numberOf({ simpleValue, tensor, metadata }: RawValue): number | null {
  if (simpleValue !== undefined) return simpleValue;
  if (!tensor || metadata?.pluginData?.pluginName === 'hparams' || (tensor.tensorShape?.dim?.length ?? 0) > 0)
    return null;
  const content = tensor.tensorContent && Buffer.from(tensor.tensorContent);
  if (tensor.dtype === dataTypes.float)
    return content?.length === 4 ? content.readFloatLE() : (tensor.floatVal?.[0] ?? null);
  if (tensor.dtype === dataTypes.double) {
    return content?.length === 8 ? content.readDoubleLE() : (tensor.doubleVal?.[0] ?? null);
  }
  return null;
}

function protoValue(value: string | number | boolean): object {
  if (typeof value === 'number') return { numberValue: value };
  return typeof value === 'boolean' ? { boolValue: value } : { stringValue: value };
}

function record(message: object): Buffer {
  return frame(event.encode(message).finish());
}
