/**
 * What a terminal would not show but do: move the cursor, clear the screen, write into the clipboard (control characters),
 * or show the text in another order than it has (marks of direction). Line breaks and tabs stay.
 */
const acting = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Cs}/gu;

/** Text from elsewhere as it may be printed: what acts on a terminal is written out, `\u001b`. */
export function visible(text: string): string {
  return text.replace(acting, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same on one line: line breaks and tabs are written out, too. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}
