import MarkdownIt from 'markdown-it';

/**
 * Notes as Markdown (CommonMark with tables). They come from people and from runs of others: HTML in them is text, pictures
 * are not loaded, and links lead to the web or to mail alone.
 */

/** A piece of text, or an element with what is in it. */
export type NoteNode = string | NoteElement;

export interface NoteElement {
  readonly tag: string;
  /** Of links. */
  readonly href?: string;
  readonly children: readonly NoteNode[];
}

const markdown = new MarkdownIt({ html: false, linkify: true }).disable('image');
markdown.validateLink = (url) => /^(https?:\/\/|mailto:)/i.test(url.trim());

type Token = ReturnType<typeof markdown.parse>[number];

/** Below the headings of a page and its parts. */
const headings: Readonly<Record<string, string>> = { h1: 'h3', h2: 'h4', h3: 'h5', h4: 'h6', h5: 'h6', h6: 'h6' };

/** What notes say, as elements of HTML. */
export function noteNodes(text: string): readonly NoteNode[] {
  return treeOf(markdown.parse(text, {}));
}

/** The same as HTML. */
export function noteHtml(text: string): string {
  return noteNodes(text).map(htmlOf).join('');
}

function treeOf(tokens: readonly Token[]): NoteNode[] {
  const top: NoteNode[] = [];
  const open: { element: NoteElement; children: NoteNode[] }[] = [];
  const into = (): NoteNode[] => open.at(-1)?.children ?? top;
  for (const token of tokens) {
    // Paragraphs of tight lists.
    if (token.hidden) continue;
    if (token.nesting === 1) {
      const children: NoteNode[] = [];
      const href = token.attrGet('href');
      const element = { tag: headings[token.tag] ?? token.tag, ...(href !== null && { href: String(href) }), children };
      into().push(element);
      open.push({ element, children });
    } else if (token.nesting === -1) open.pop();
    else into().push(...leavesOf(token));
  }
  return top;
}

function leavesOf({ type, tag, content, children }: Token): NoteNode[] {
  if (type === 'inline') return treeOf(children ?? []);
  if (type === 'softbreak') return ['\n'];
  if (type === 'code_inline') return [{ tag, children: [content] }];
  if (type === 'fence' || type === 'code_block')
    return [{ tag: 'pre', children: [{ tag: 'code', children: [content] }] }];
  if (type === 'hr' || type === 'hardbreak') return [{ tag, children: [] }];
  return [content];
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character]);
}

function htmlOf(node: NoteNode): string {
  if (typeof node === 'string') return escaped(node);
  const { tag, href, children } = node;
  if (tag === 'hr' || tag === 'br') return `<${tag}>`;
  const link = href === undefined ? '' : ` href="${escaped(href)}" rel="noreferrer"`;
  return `<${tag}${link}>${children.map(htmlOf).join('')}</${tag}>`;
}
