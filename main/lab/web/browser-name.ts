/** Later ones call themselves by the names of earlier ones, too. */
const browsers = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/\bHeadlessChrome\//, 'headless Chrome'],
  [/\bChrome\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
] as const;

const systems = [
  [/\bAndroid\b/, 'Android'],
  [/\b(iPhone|iPad)\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
] as const;

/** A header `User-Agent` in words by which a person knows the browser again; null where it tells none. */
export function browserName(agent = ''): string | null {
  const found = (names: typeof browsers | typeof systems): string | undefined =>
    names.find(([pattern]) => pattern.test(agent))?.[1];
  const browser = found(browsers);
  const system = found(systems);
  return browser === undefined ? null : system === undefined ? browser : `${browser} on ${system}`;
}
