/**
 * A cell of a CSV file, as RFC 4180 has it. A text that a spreadsheet would run as a formula gets an apostrophe before it,
 * which makes it a text there; unless `neutralise` is false.
 */
export function csvCell(value: string | number, neutralise = true): string {
  const text = neutralise && typeof value === 'string' && isFormula(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A number with its sign is none. */
function isFormula(text: string): boolean {
  return /^[\s]*[=+\-@\uff0b\uff0d\uff1d\uff20]|^[\t\r\n]/.test(text) && !Number.isFinite(Number(text || NaN));
}
