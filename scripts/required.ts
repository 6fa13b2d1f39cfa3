/**
 * Has the built `dist/main` require TensorFlow.js where its sources import it. Its packages are CommonJS: when one is
 * imported, Node first reads it through for the names it exports, which takes three times as long as running it, in
 * every process that computes.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const built = 'dist/main';
/** Where package.json lets `#required/…` lead. */
const required = 'dist/required';

const statement = /^import (?:(?<names>\{[^}]*\}|\* as \w+) from )?'@tensorflow\/(?<name>[\w-]+)';$/gm;

/** On the same line, as source maps count them. */
function requiring(_: string, names: string | undefined, name: string): string {
  const path = `'#required/${name}.cjs'`;
  if (names === undefined) return `import ${path};`;
  if (names.startsWith('*')) return `import ${names.slice('* as '.length)} from ${path};`;
  const whole = name.replaceAll('-', '_');
  return `import ${whole} from ${path}; const ${names.replaceAll(' as ', ': ')} = ${whole};`;
}

const packages = new Set<string>();
for (const file of readdirSync(built, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'))) {
  const path = join(built, file);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(statement, requiring);
  if (after !== before) writeFileSync(path, after);
  // Also of files that an earlier build has changed: tsc writes only those anew whose sources have.
  for (const [, name] of after.matchAll(/'#required\/([\w-]+)\.cjs'/g)) packages.add(name);
}

mkdirSync(required, { recursive: true });
for (const name of packages) {
  // Said in two statements, or Node reads the package through for the sake of this file's names.
  writeFileSync(join(required, `${name}.cjs`), `const all = require('@tensorflow/${name}');\nmodule.exports = all;\n`);
}
