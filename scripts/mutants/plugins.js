import { relative } from 'node:path';

/**
 * What is not mutated: words for people, which tests shall not hold fast. The codes of errors are, and what the words say
 * of values is tested where it matters.
 */
const words = {
  shouldIgnore({ parentPath, key, listKey }) {
    if (listKey !== 'arguments') return undefined;
    const { name, property } = parentPath.node.callee;
    if (name === 'SluiceError' && key === 1) return 'words of an error';
    if (['describe', 'meta'].includes(property?.name) && key === 0) return 'words of a field';
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
