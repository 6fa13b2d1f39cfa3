import type { EChartsCoreOption } from 'echarts/core';
import type { ChartFormat } from '../../api/formats.ts';
import type { PaperSpec } from '../../charts/spec.ts';
import { paperStyle, points } from '../../charts/style.ts';
import { optionOf, type Chart } from './chart.ts';
import { bitmap, drawPdf, drawPng, drawSvg, fontList, measureText, unitsPerPoint } from './drawing.ts';

/** Charts on paper. All throw `font-unknown`, but for SVG, which only names its font. */

interface Laid {
  readonly option: EChartsCoreOption;
  /** In points. */
  readonly width: number;
  readonly height: number;
}

/** SVG that tells its size on paper. */
export function svgPicture(chart: Chart, paper: PaperSpec): Uint8Array {
  const { option, width, height } = laidOut(chart, paper, 'svg', 1);
  return new TextEncoder().encode(inMillimetres(drawSvg(option, width, height), paper));
}

export function pngPicture(chart: Chart, paper: PaperSpec): Promise<Uint8Array> {
  const { option, width, height } = laidOut(chart, paper, 'png', unitsPerPoint);
  return drawPng(option, width, height, paper.dpi);
}

export function pdfPicture(chart: Chart, paper: PaperSpec): Uint8Array {
  const { option, width, height } = laidOut(chart, paper, 'pdf', unitsPerPoint);
  return drawPdf(option, width, height, paper.title);
}

function laidOut(chart: Chart, paper: PaperSpec, format: ChartFormat, units: number): Laid {
  const fontFamily = fontList(paper.fontFamily, format);
  const style = paperStyle({ ...paper, fontFamily }, { measure: measureText(fontFamily), bitmap }, units);
  return { option: optionOf(chart, style), width: points(paper.widthMm), height: points(paper.heightMm) };
}

/** The size on paper, so that a document takes the picture as large as it was drawn. */
function inMillimetres(svg: string, { widthMm, heightMm }: PaperSpec): string {
  return svg.replace(/^<svg ([^>]*?)width="[^"]*" height="[^"]*"/, (_, before: string) => {
    return `<svg ${before}width="${widthMm}mm" height="${heightMm}mm"`;
  });
}
