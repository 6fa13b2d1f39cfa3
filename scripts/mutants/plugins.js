import { relative } from 'node:path';

/**
 * What is not mutated: words for people, which tests shall not hold fast. They are told from codes and names by their
 * spaces.
 */
const words = {
  shouldIgnore(path) {
    if (path.isStringLiteral() && path.node.value.includes(' ')) return 'words';
    if (path.isTemplateLiteral() && path.node.quasis.some(({ value }) => value.raw.includes(' '))) return 'words';
    return undefined;
  },
};

/** Says at once which mutant went unnoticed. */
class Unnoticed {
  onMutantTested({ status, fileName, location, mutatorName, replacement }) {
    if (status !== 'Survived' && status !== 'NoCoverage') return;
    const { line, column } = location.start;
    const put = replacement.replace(/\s+/g, ' ').slice(0, 100);
    const place = `${relative(process.cwd(), fileName)}:${line}:${column}`;
    console.log(`${place} ${status === 'Survived' ? 'survives' : 'untested'} ${mutatorName} → ${put}`);
  }
}

export const strykerPlugins = [
  { kind: 'Ignore', name: 'words', value: words },
  { kind: 'Reporter', name: 'unnoticed', injectableClass: Unnoticed },
];
