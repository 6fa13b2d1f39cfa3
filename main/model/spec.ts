/** A network as data. Maps are NHWC everywhere inside Sluice. */

/** Height, width and number of maps (channels); a dense layer's output is `[1, 1, units]`. */
export type Shape = readonly [height: number, width: number, maps: number];

/** Convolution + bias + BatchNorm + ReLU, the unit VGG counts as one layer. */
export interface ConvEntry {
  readonly type: 'conv';
  readonly filters: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
}

export interface MaxPoolEntry {
  readonly type: 'maxPool';
  readonly size: number;
  readonly stride: number;
  readonly pad: number;
}

/** ResNet's basic block: two 3×3 convolutions and a shortcut (1×1 convolution when shapes differ). */
export interface ResidualEntry {
  readonly type: 'residual';
  readonly filters: number;
  readonly stride: number;
}

/** Fully connected layer; `dropout` follows the activation, in training only. */
export interface DenseEntry {
  readonly type: 'dense';
  readonly units: number;
  readonly activation: 'relu' | 'none';
  readonly dropout?: number;
}

/** Adaptive average pooling to `size`×`size`, then flatten in PyTorch's channel-major order. */
export interface PoolFlattenEntry {
  readonly type: 'poolFlatten';
  readonly size: number;
}

export type Entry = ConvEntry | MaxPoolEntry | ResidualEntry | DenseEntry | PoolFlattenEntry;

/**
 * `body` may be cut at any layer; `head` (the classifier) always stays on the server.
 * An MLP has its hidden layers in the body: the unit that crosses the network is then a node.
 */
export interface NetworkSpec {
  readonly name: string;
  readonly input: Shape;
  readonly classes: number;
  readonly body: readonly Entry[];
  readonly head: readonly Entry[];
}

/** The compression module of the paper: resolution factor r and feature factor c. */
export interface ModuleSpec {
  readonly resolution: number;
  readonly features: number;
}

/**
 * Where the network is cut. "Split at layer n" puts the compression module as the n-th entry of the
 * body, so the client holds the n-1 entries before it; 0 and 1 both mean the image itself.
 * `module: null` is the plain split, whose cut stands at the same place.
 */
export interface Cut {
  readonly layer: number;
  readonly module: ModuleSpec | null;
}
