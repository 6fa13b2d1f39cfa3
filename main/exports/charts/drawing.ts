import { createRequire } from 'node:module';
import { createCanvas, GlobalFonts, PDFDocument, type CanvasRenderingContext2D as Context } from '@napi-rs/canvas';
import type * as ECharts from 'echarts/core';
import type { EChartsCoreOption } from 'echarts/core';
import { SluiceError } from '../../errors.ts';

/**
 * Draws ECharts options without a window: as SVG, or through Skia as PNG and as PDF with real text and embedded fonts.
 * Pictures are measured in points (1/72 inch).
 */

const require = createRequire(import.meta.url);
// All of it in one file, which Node loads in a fifth of the time that the hundreds take of which a window is built.
const { init, setPlatformAPI } = require('echarts') as typeof ECharts;
const measuring = createCanvas(1, 1).getContext('2d');
setPlatformAPI({
  createCanvas: () => createCanvas(1, 1) as never,
  // Texts are measured with the fonts they are drawn with. ECharts asks for every ASCII character; Skia takes no NUL.
  measureText: (text, font = measuring.font) => {
    measuring.font = font;
    return measuring.measureText(text.replaceAll('\0', ''));
  },
});

const bundled: Readonly<Record<string, { readonly files: readonly string[]; readonly fallback: string }>> = {
  Inter: {
    files: ['inter/400Regular/Inter_400Regular.ttf', 'inter/600SemiBold/Inter_600SemiBold.ttf'],
    fallback: 'Helvetica, Arial, sans-serif',
  },
  'STIX Two Text': {
    files: [
      'stix-two-text/400Regular/STIXTwoText_400Regular.ttf',
      'stix-two-text/600SemiBold/STIXTwoText_600SemiBold.ttf',
    ],
    fallback: 'Times New Roman, Times, serif',
  },
};
for (const { files } of Object.values(bundled)) {
  for (const file of files) GlobalFonts.registerFromPath(require.resolve(`@expo-google-fonts/${file}`));
}

/** The fonts that every picture can be drawn with; others have to be installed. */
const bundledFonts = Object.keys(bundled);

/**
 * The CSS list of a font and what may stand in for it. Throws `font-unknown` for one that is not here, unless the
 * picture is SVG, which only names it.
 */
export function fontList(family: string, format: string): string {
  if (format !== 'svg' && !GlobalFonts.has(family)) {
    throw new SluiceError(
      'font-unknown',
      `The font "${family}" is not installed. Choose ${bundledFonts.join(' or ')}, which come with Sluice, or install it.`,
      { path: 'paper.fontFamily' },
    );
  }
  return `${family}, ${bundled[family]?.fallback ?? 'sans-serif'}`;
}

/** Width of a text as it will be drawn. */
export function measureText(fontList: string): (text: string, fontSize: number) => number {
  const context = createCanvas(1, 1).getContext('2d');
  return (text, fontSize) => {
    context.font = `${fontSize}px ${fontList}`;
    return context.measureText(text).width;
  };
}

/** Pixels [height, width, RGBA] as an image for an option. */
export function bitmap(width: number, height: number, pixels: Uint8ClampedArray): object {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const image = context.createImageData(width, height);
  image.data.set(pixels);
  context.putImageData(image, 0, 0);
  return canvas;
}

/** SVG of a size in points, without the millimetres that it stands for. */
export function drawSvg(option: EChartsCoreOption, width: number, height: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(option);
    return chart.renderToSVGString({ useViewBox: true });
  } finally {
    chart.dispose();
  }
}

/** What `drawPng` and `drawPdf` draw is laid out in these: ECharts leaves out what is smaller than two of its units. */
export const unitsPerPoint = 8;

/** PNG of a size in points at so many pixels an inch, which its header tells. */
export async function drawPng(
  option: EChartsCoreOption,
  width: number,
  height: number,
  dpi: number,
): Promise<Uint8Array> {
  const pixels = (length: number): number => Math.round((length * dpi) / 72);
  const canvas = createCanvas(pixels(width), pixels(height));
  const size = { width, height, scale: dpi / 72 };
  const png = drawOn(canvas.getContext('2d'), option, size, () => canvas.toBuffer('image/png'));
  // Only here: no other picture needs it, and loading it takes as long as drawing one.
  const { default: sharp } = await import('sharp');
  return sharp(png).withMetadata({ density: dpi }).png().toBuffer();
}

/** One page of exactly the picture's size in points; lines are vectors, text is text. */
export function drawPdf(option: EChartsCoreOption, width: number, height: number, title: string): Uint8Array {
  const document = new PDFDocument({ title, creator: 'Sluice' });
  const page = document.beginPage(width, height);
  return drawOn(page, option, { width, height, scale: 1 }, () => {
    document.endPage();
    return document.close();
  });
}

interface Size {
  readonly width: number;
  readonly height: number;
  /** Units of the canvas in a point. */
  readonly scale: number;
}

/** Draws, and takes the picture before ECharts wipes its canvas. */
function drawOn<T>(context: Context, option: EChartsCoreOption, size: Size, take: () => T): T {
  const [width, height] = [size.width * unitsPerPoint, size.height * unitsPerPoint];
  const scale = size.scale / unitsPerPoint;
  // All that ECharts asks of a canvas to draw on.
  const page = { style: {}, nodeName: 'CANVAS', getContext: () => context };
  const canvas = { ...page, width: width * scale, height: height * scale };
  const chart = init(canvas, null, { width, height, devicePixelRatio: scale });
  try {
    chart.setOption(option);
    chart.getZr().flush();
    return take();
  } finally {
    chart.dispose();
  }
}
