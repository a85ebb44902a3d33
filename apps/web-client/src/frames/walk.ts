import { unmask, type FrameRecord } from "@wsecho/wire";

/** One byte on its way from masked to plain: `wire ⊕ key = plain`. */
export interface WalkByte {
  /** Offset in the payload. */
  readonly at: number;
  readonly wire: number;
  readonly key: number;
  readonly plain: number;
}

/** So many bytes are walked through; the others go the same way. */
export const maxWalk = 128;
/** Narrow enough for a 320 px screen. */
export const walkPerLine = 8;

/** The first bytes of a masked payload, in lines; nothing for a frame that is not masked. */
export function walkOf(frame: FrameRecord): readonly (readonly WalkByte[])[] {
  const { key } = frame;
  if (key === null) return [];
  const raw = frame.raw.subarray(0, maxWalk);
  const plain = unmask({ key, raw });
  const bytes = Array.from(raw, (wire, at) => ({
    ...{ at, wire, key: key[at % 4] ?? 0 },
    plain: plain[at] ?? 0,
  }));
  return Array.from({ length: Math.ceil(bytes.length / walkPerLine) }, (_, line) =>
    bytes.slice(line * walkPerLine, (line + 1) * walkPerLine),
  );
}

/** What the first `steps` plain bytes read as; half a character at their end is left out. */
export function plainSoFar(lines: readonly (readonly WalkByte[])[], steps: number): string {
  const bytes = Uint8Array.from(lines.flat().slice(0, steps), ({ plain }) => plain);
  return new TextDecoder().decode(bytes, { stream: true });
}
