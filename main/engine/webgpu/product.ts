import type * as tf from '@tensorflow/tfjs-core';
import { dispatch, empty, type Dispatch, type Kernel } from './dispatch.ts';

/**
 * A matrix [rows, columns] that a product reads, which may be no array: of a convolution it is the patches of x. Where an
 * element lies is found in two steps, as one of the two coordinates stays the same for many elements.
 */
export interface Operand {
  /** Arrays it reads, and uniforms besides `rows`, `columns` and `depth`. */
  readonly reads: readonly string[];
  readonly uniforms: readonly string[];
  /** WGSL expressions of vec4<i32>, of `i`. */
  readonly row: string;
  readonly column: string;
  /** Body of a function of `r` and `c`, which row and column gave, to f32. */
  readonly element: string;
  /** Whether neighbours in memory are neighbours in a row. */
  readonly alongRow: boolean;
}

/** A product of two operands, in tiles that a workgroup keeps at hand. */
export interface Product {
  readonly name: string;
  readonly a: Operand;
  readonly b: Operand;
}

export interface ProductSize {
  readonly rows: number;
  readonly columns: number;
  /** Columns of a, rows of b. */
  readonly depth: number;
}

// From the limits that every adapter has, November 2026; tried on SwiftShader, not yet measured on a GPU.

/** Each thread has 4×4 elements, a workgroup `side`×`side`; `depth` products are read at a time. */
const block = 4;
const tileDepth = 16;
const largeSide = 64;
const smallSide = 32;
/** For so few columns, as of an image or a narrow network. */
const narrowSide = 16;
/** So many workgroups keep a large GPU busy; large tiles read less. */
const manyGroups = 256;
/** A sum shorter than this is not worth being split. */
const splitDepth = 256;

/**
 * a · b [rows, columns] into a new tensor of `shape`. Where there are fewer tiles than a GPU has units, the sum over the
 * depth is split among workgroups and the parts are added in a fixed order: the same inputs give the same bits.
 */
export function product(
  { name, a, b }: Product,
  { rows, columns, depth }: ProductSize,
  { reads, uniforms, shape }: Pick<Dispatch, 'reads' | 'uniforms'> & { readonly shape: readonly number[] },
): tf.Tensor {
  const tiles = (side: number): number => Math.ceil(rows / side) * Math.ceil(columns / side);
  const wide = tiles(largeSide) >= manyGroups ? largeSide : smallSide;
  const side = columns <= narrowSide ? narrowSide : wide;
  const groups = tiles(side);
  const wanted = Math.min(Math.ceil(depth / splitDepth), Math.ceil((2 * manyGroups) / groups));
  const part = Math.ceil(depth / wanted / tileDepth) * tileDepth;
  const splits = Math.ceil(depth / part);
  const out = empty(splits === 1 ? shape : [splits, rows * columns]);
  dispatch(productKernel(`${name} ${side}`, side, a, b), {
    reads,
    writes: [out],
    uniforms: { ...uniforms, rows, columns, depth, part, rowTiles: Math.ceil(rows / side) },
    groups,
    splits,
  });
  if (splits === 1) return out;
  const sum = empty(shape);
  dispatch(sumOfParts, {
    reads: [out],
    writes: [sum],
    uniforms: { size: rows * columns, parts: splits },
    groups: Math.ceil((rows * columns) / 256),
  });
  out.dispose();
  return sum;
}

const sumOfParts: Kernel = {
  name: 'sum of parts',
  reads: ['x'],
  writes: ['y'],
  uniforms: ['size', 'parts'],
  threads: [256, 1],
  body: `
  let i = group * 256 + thread;
  if (i >= u.size) { return; }
  var sum = x[i];
  for (var part = 1; part < u.parts; part++) { sum += x[part * u.size + i]; }
  y[i] = sum;`,
};

const kernels = new Map<string, Kernel>();

function productKernel(name: string, side: number, a: Operand, b: Operand): Kernel {
  let kernel = kernels.get(name);
  if (!kernel) kernels.set(name, (kernel = writeKernel(name, side, a, b)));
  return kernel;
}

function writeKernel(name: string, side: number, a: Operand, b: Operand): Kernel {
  const across = side / block;
  const each = [0, 1, 2, 3];
  // One more: threads that store a column of a tile would wait for the same bank of memory.
  const stride = side + 1;
  return {
    name,
    reads: [...new Set([...a.reads, ...b.reads])],
    writes: ['y'],
    uniforms: [...new Set(['rows', 'columns', 'depth', 'part', 'rowTiles', ...a.uniforms, ...b.uniforms])],
    threads: [across, across],
    declarations: `
var<workgroup> tileA: array<f32, ${tileDepth * stride}>;
var<workgroup> tileB: array<f32, ${tileDepth * stride}>;
${functionsOf('a', a)}
${functionsOf('b', b)}`,
    body: `
  let firstRow = (group % u.rowTiles) * ${side};
  let firstColumn = (group / u.rowTiles) * ${side};
  let end = min(u.depth, (split + 1) * u.part);
${each.map((i) => `  var sum${i} = vec4<f32>(0.0);`).join('\n')}
${loader({ side, stride, operand: 'a', along: a.alongRow ? 'depth' : 'side' })}
${loader({ side, stride, operand: 'b', along: b.alongRow ? 'side' : 'depth' })}
  for (var start = split * u.part; start < end; start += ${tileDepth}) {
    workgroupBarrier();
${loads({ side, stride, operand: 'a', along: a.alongRow ? 'depth' : 'side' })}
${loads({ side, stride, operand: 'b', along: b.alongRow ? 'side' : 'depth' })}
    workgroupBarrier();
    for (var k = 0; k < ${tileDepth}; k++) {
      let atA = k * ${stride} + local.y * ${block};
      let atB = k * ${stride} + local.x * ${block};
      let right = vec4<f32>(${each.map((i) => `tileB[atB + ${i}]`).join(', ')});
${each.map((i) => `      sum${i} = fma(vec4<f32>(tileA[atA + ${i}]), right, sum${i});`).join('\n')}
    }
  }
  let row = firstRow + local.y * ${block};
  let column = firstColumn + local.x * ${block};
${each.map((i) => each.map((j) => store(i, j)).join('\n')).join('\n')}`,
  };
}

function functionsOf(operand: string, { row, column, element }: Operand): string {
  return `
fn ${operand}Row(i: i32) -> vec4<i32> { return ${row}; }
fn ${operand}Column(i: i32) -> vec4<i32> { return ${column}; }
fn ${operand}Element(r: vec4<i32>, c: vec4<i32>) -> f32 { ${element} }`;
}

function store(i: number, j: number): string {
  const inside = `row + ${i} < u.rows && column + ${j} < u.columns`;
  return `  if (${inside}) { y[(split * u.rows + row + ${i}) * u.columns + column + ${j}] = sum${i}[${j}]; }`;
}

interface Loader {
  readonly side: number;
  readonly stride: number;
  readonly operand: 'a' | 'b';
  /** The direction in which neighbouring threads read. */
  readonly along: 'depth' | 'side';
}

/** How a thread's share of a tile lies: so many places along its side, for so many along the depth. */
function shareOf({ side, along }: Loader): { readonly sides: number; readonly depths: number } {
  const each = (tileDepth * side) / (side / block) ** 2;
  return along === 'side' ? { sides: 1, depths: each } : { sides: each, depths: 1 };
}

/** The rows of a, or columns of b, whose elements a thread fetches: found once, as they stay the same for all tiles. */
function loader(given: Loader): string {
  const { side, operand, along } = given;
  const { sides } = shareOf(given);
  const [find, first] = operand === 'a' ? ['aRow', 'firstRow'] : ['bColumn', 'firstColumn'];
  const at = along === 'side' ? `thread % ${side}` : `thread / ${tileDepth} + j * ${side / sides}`;
  return `
  var ${operand}Sides: array<vec4<i32>, ${sides}>;
  for (var j = 0; j < ${sides}; j++) { ${operand}Sides[j] = ${find}(${first} + ${at}); }`;
}

/** Fetches a thread's share of one tile. */
function loads(given: Loader): string {
  const { side, stride, operand, along } = given;
  const { sides, depths } = shareOf(given);
  const depth = along === 'side' ? `thread / ${side} + i * ${tileDepth / depths}` : `thread % ${tileDepth}`;
  const at = along === 'side' ? `thread % ${side}` : `thread / ${tileDepth} + j * ${side / sides}`;
  const [tile, first, limit] = operand === 'a' ? ['tileA', 'firstRow', 'rows'] : ['tileB', 'firstColumn', 'columns'];
  const element = operand === 'a' ? 'aElement(aSides[j], place)' : 'bElement(place, bSides[j])';
  return `
    for (var i = 0; i < ${depths}; i++) {
      let k = ${depth};
      let place = ${operand === 'a' ? 'aColumn' : 'bRow'}(start + k);
      for (var j = 0; j < ${sides}; j++) {
        let at = ${at};
        var value = 0.0;
        if (start + k < end && ${first} + at < u.${limit}) { value = ${element}; }
        ${tile}[k * ${stride} + at] = value;
      }
    }`;
}
