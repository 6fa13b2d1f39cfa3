import type { BrowserWindow } from 'electron';
import type { ShellLab } from './lab.ts';

/**
 * What `--smoke` checks of an installed app, whose fuses let no test tool attach: that the window shows its page and
 * the lab answers with its engines. Resolves to what there is; rejects when something does not answer in time.
 */
export async function smoke(window: BrowserWindow, lab: ShellLab, milliseconds = 60_000): Promise<object> {
  let late: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    late = setTimeout(() => reject(new Error('no answer in time')), milliseconds);
  });
  try {
    return await Promise.race([tooLate, answers(window, lab)]);
  } finally {
    clearTimeout(late);
  }
}

async function answers(window: BrowserWindow, lab: ShellLab): Promise<object> {
  const [info, engines, heading] = await Promise.all([lab.api.hello(), lab.api.engines(), headingOf(window)]);
  return { version: info.version, protocol: info.protocol, home: info.home, engines, heading };
}

/** The heading of the page, once it is drawn. */
async function headingOf(window: BrowserWindow): Promise<string> {
  for (;;) {
    const code = "document.querySelector('main h1')?.textContent?.trim() ?? ''";
    const heading: unknown = await window.webContents.executeJavaScript(code);
    if (typeof heading === 'string' && heading !== '') return heading;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
