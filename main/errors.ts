/**
 * An error the user can act on. Shown as its message alone, never as a stack trace.
 * `code` is stable and may cross the wire; `path` names the field at fault.
 */
export class SluiceError extends Error {
  override readonly name = 'SluiceError';
  readonly code: string;
  readonly path: string | undefined;

  constructor(code: string, message: string, options: { path?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.path = options.path;
  }
}

/** The code that Node, SQLite or Sluice gave what was thrown; undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The text to show for anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
