import type { CodecChoice } from '../../offload/codecs/table.ts';
import { directions, type Codecs, type OwnCodecs } from '../../training/controller.ts';

/** A codec that a phase has of its own, with the field that names it. */
export interface OwnField {
  readonly path: string;
  readonly direction: keyof Codecs;
  readonly choice: CodecChoice;
}

/** The fields of the phase of this number; that of gradients only where they come back. */
export function ownFields(phase: number, own: OwnCodecs = {}, hasGradient = true): OwnField[] {
  return directions(hasGradient).flatMap((direction) => {
    const choice = own[direction];
    return choice ? [{ path: `phases.${phase}.codec.${direction}`, direction, choice }] : [];
  });
}
