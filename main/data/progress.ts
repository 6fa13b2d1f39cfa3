/**
 * How far a download, an unpacking or an import is, the writing, checking or packing of a model set, the timing of layers, the sending of runs, or the
 * building or trying of an engine, which are not counted. `total` is `null` while it is not known.
 */
export interface DataProgress {
  readonly step: 'download' | 'unpack' | 'import' | 'build' | 'try' | 'write' | 'check' | 'pack' | 'time' | 'send';
  /** The file, or the part of the data set, this is about. */
  readonly item: string;
  readonly done: number;
  readonly total: number | null;
  readonly unit: 'bytes' | 'images' | 'pairs' | 'pieces' | 'runs';
}

export type OnProgress = (progress: DataProgress) => void;
