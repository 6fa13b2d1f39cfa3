import koffi from 'koffi';

const STDERR = 2;

/**
 * Runs `load` without what native code writes to stderr meanwhile: a library that is being loaded has not read its log level
 * yet. On Windows it writes nothing.
 */
export function quietly<T>(load: () => T): T {
  if (process.platform === 'win32') return load();
  const libc = koffi.load(null);
  const open = libc.func('int open(const char *path, int flags)');
  const dup = libc.func('int dup(int fd)');
  const dup2 = libc.func('int dup2(int from, int to)');
  const close = libc.func('int close(int fd)');
  const before = dup(STDERR) as number;
  const nowhere = open('/dev/null', 1) as number;
  if (before < 0 || nowhere < 0) return load();
  dup2(nowhere, STDERR);
  try {
    return load();
  } finally {
    dup2(before, STDERR);
    close(nowhere);
    close(before);
  }
}
