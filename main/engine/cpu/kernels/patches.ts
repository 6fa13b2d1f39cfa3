import { add, copy, floats, zero } from './memory';

/**
 * Rows [from, to) of the patch matrix of x [n, height, width, maps]: one row per output pixel, holding the
 * kernelHeight × kernelWidth × maps values under the kernel, zeros where it overhangs.
 */
export function im2col(
  x: usize,
  patches: usize,
  height: i32,
  width: i32,
  maps: i32,
  outHeight: i32,
  outWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  padTop: i32,
  padLeft: i32,
  from: i32,
  to: i32,
): void {
  const span = kernelWidth * maps;
  const image = floats(height * width * maps);
  for (let row = from; row < to; row++) {
    const pixel = row / outWidth;
    const n = pixel / outHeight;
    const top = (pixel - n * outHeight) * strideY - padTop;
    const left = (row - pixel * outWidth) * strideX - padLeft;
    const first = min(kernelWidth, max(0, -left));
    const end = max(first, min(kernelWidth, width - left));
    const base = x + <usize>n * image;
    for (let ky = 0; ky < kernelHeight; ky++, patches += floats(span)) {
      const y = top + ky;
      if (y < 0 || y >= height) {
        zero(patches, span);
        continue;
      }
      zero(patches, first * maps);
      copy(patches + floats(first * maps), base + floats((y * width + left + first) * maps), (end - first) * maps);
      zero(patches + floats(end * maps), (kernelWidth - end) * maps);
    }
  }
}

/**
 * The adjoint of im2col: adds rows [from, to) of a patch matrix onto x, which the caller has zeroed. Only the maps
 * [firstMap, endMap): those that other threads add to are other values of x.
 */
export function col2im(
  patches: usize,
  x: usize,
  height: i32,
  width: i32,
  maps: i32,
  outHeight: i32,
  outWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  padTop: i32,
  padLeft: i32,
  from: i32,
  to: i32,
  firstMap: i32,
  endMap: i32,
): void {
  const span = kernelWidth * maps;
  const image = floats(height * width * maps);
  for (let row = from; row < to; row++) {
    const pixel = row / outWidth;
    const n = pixel / outHeight;
    const top = (pixel - n * outHeight) * strideY - padTop;
    const left = (row - pixel * outWidth) * strideX - padLeft;
    const first = min(kernelWidth, max(0, -left));
    const end = max(first, min(kernelWidth, width - left));
    const base = x + <usize>n * image;
    for (let ky = 0; ky < kernelHeight; ky++, patches += floats(span)) {
      const y = top + ky;
      if (y < 0 || y >= height) continue;
      let onto = base + floats((y * width + left + first) * maps + firstMap);
      for (let kx = first; kx < end; kx++, onto += floats(maps)) {
        add(onto, patches + floats(kx * maps + firstMap), endMap - firstMap);
      }
    }
  }
}
