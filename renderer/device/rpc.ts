import type { Choosing, Classified, OpenedSet } from './inference/device.ts';
import type { SetImage } from './inference/served-set.ts';
import type { SourceProgress } from './training/source.ts';
import type { DeviceEngine, OpenDeviceEngine } from './engine/engine.ts';

/** What the page asks of its worker, where the engine computes and the connections are. */
export interface DeviceFunctions {
  engine(choice: DeviceEngine | 'auto'): Promise<OpenDeviceEngine>;
  /** Opens the model set of the server that this page is from, all its pairs. */
  open(server: ServerPlace): Promise<OpenedSet>;
  choose(how: Choosing): Promise<void>;
  /** An image as bytes [h, w, channels] in the shape of the set. */
  classify(image: Uint8Array): Promise<Classified>;
  images(): Promise<SetImage[]>;
  /** Is a data source of the run that this page is from; resolves when that is over. */
  join(run: ServerPlace): Promise<void>;
  /** Stops being one. */
  leave(): Promise<void>;
}

/** What the worker tells the page meanwhile. */
export interface PageFunctions {
  note(text: string): void;
  progress(progress: SourceProgress): void;
}

/** Where the page is from. */
export interface ServerPlace {
  /** The page's own address, with which all paths begin. */
  readonly base: string;
  readonly token: string;
}
