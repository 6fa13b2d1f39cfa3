/** Pixels as a canvas that charts can draw. */
export function bitmap(width: number, height: number, pixels: Uint8ClampedArray): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d');
  context?.putImageData(new ImageData(new Uint8ClampedArray(pixels), width, height), 0, 0);
  return canvas;
}
