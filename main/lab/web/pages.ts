/** What a browser is shown where it cannot have the window. */
export type Refusal = 'not-let-in' | 'not-built';

const texts: Readonly<Record<Refusal, { title: string; text: string }>> = {
  'not-let-in': {
    title: 'This link has been used',
    text:
      'A link to the lab lets one browser in, once. Run <code>sluice lab</code> again: it says where the lab is and ' +
      'opens it. If you have just come from such a link, <a href="/">go on to the lab</a>.',
  },
  'not-built': {
    title: 'The window is not built',
    text: 'Run <code>npm run build</code> in the folder of Sluice, then reload this page.',
  },
};

export function refusalPage(refusal: Refusal): string {
  const { title, text } = texts[refusal];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title} · Sluice</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:20vh auto;padding:0 1em}h1{font-size:1.4em}</style>
<h1>${title}</h1>
<p>${text}</p>
</html>
`;
}
