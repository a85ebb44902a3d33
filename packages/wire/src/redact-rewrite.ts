import { concat, fromUtf8 } from "./bytes.ts";
import { encodeHeader, mask, unmask } from "./frame.ts";
import { storedBlocks } from "./inflate.ts";
import type { FrameRecord, MessageRecord } from "./records.ts";
import { redactAll } from "./redact-text.ts";

/** Puts what may be shown of a message into its frames; their lengths and keys stay. */
export function overwrite(
  frames: readonly FrameRecord[],
  shown: Uint8Array,
): readonly FrameRecord[] {
  let at = 0;
  return frames.map((frame) => {
    const part = shown.subarray(at, at + frame.raw.length);
    at += frame.raw.length + (frame.cut ?? 0);
    // Kept bytes beyond what the message kept: nobody has looked at them.
    const plain = concat([part, redactAll(frame.raw.subarray(part.length))]);
    return hidden(frame, { raw: mask(plain, frame.key), redacted: "masked" });
  });
}

/** The same message in blocks without compression, in as many frames. */
export function encodeAnew(
  frames: readonly FrameRecord[],
  shown: Uint8Array,
): readonly FrameRecord[] {
  // What was not kept cannot be written: better shorter than wrong.
  const encoded = storedBlocks(shown);
  let at = 0;
  return frames.map((frame, i) => {
    const last = i === frames.length - 1;
    const part = encoded.subarray(
      at,
      last ? encoded.length : at + Math.min(frame.len, encoded.length - at),
    );
    at += part.length;
    const len = part.length;
    const hdr = encodeHeader({ ...frame, masked: frame.key !== null, len });
    const { cut: _cut, ...whole } = frame;
    return hidden(whole, { len, hdr, raw: mask(part, frame.key), redacted: "re-encoded" });
  });
}

function hidden(frame: FrameRecord, change: Partial<FrameRecord>): FrameRecord {
  const { text, edited, ...rest } = frame;
  const changed = { ...rest, ...change, edited: edited && blankEdited(edited) };
  if (text === undefined) return changed;
  return { ...changed, text: fromUtf8(unmask(changed)) ?? "*".repeat(text.length) };
}

function blankEdited<T extends { readonly raw: Uint8Array; readonly key: Uint8Array | null }>(
  edited: T,
): T {
  return { ...edited, raw: mask(redactAll(edited.raw), edited.key) };
}

/** A frame with stars alone. */
export function blankFrame(frame: FrameRecord): FrameRecord {
  return hidden(frame, { raw: mask(redactAll(frame.raw), frame.key), redacted: "masked" });
}

/** @param anew its frames were encoded anew */
export function showMessage(
  message: MessageRecord,
  shown: Uint8Array,
  anew: boolean,
): MessageRecord {
  const { text, data: _data, ...rest } = message;
  const redacted = anew ? "re-encoded" : "masked";
  if (text === undefined) return { ...rest, data: shown, redacted };
  return { ...rest, text: fromUtf8(shown) ?? "*".repeat(text.length), redacted };
}
