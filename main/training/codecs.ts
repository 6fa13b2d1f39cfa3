import type { CodecName } from '../offload/codecs/index.ts';
import type { Features } from '../offload/protocol/messages.ts';

/** Number formats of the maps and gradients in budgeted phases, and of both at full budget. */
export interface CodecSettings {
  readonly up: CodecName;
  readonly down: CodecName;
  readonly full: CodecName;
}

/** Number formats of one request's maps and of the gradient that answers it. */
export function codecsOf(
  { selection }: Pick<Features, 'selection'>,
  { up, down, full }: CodecSettings,
): Pick<CodecSettings, 'up' | 'down'> {
  return selection ? { up, down } : { up: full, down: full };
}
