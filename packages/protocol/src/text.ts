/** The length of `text` in UTF-8 bytes; a lone surrogate counts as U+FFFD, as encoders write it. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    // A pair: two units, four bytes.
    if ((text.codePointAt(i) ?? 0) > 0xffff) i += 1;
  }
  return bytes;
}

/** A close frame's payload is at most 125 bytes, two of them the code (RFC 6455 section 5.5). */
export const maxReasonBytes = 123;

/**
 * `reason` cut to what fits a close frame, never inside a character. Libraries throw on longer
 * ones, and `"é".length` counts characters where the limit counts bytes.
 */
export function fitReason(reason: string): string {
  const { read } = new TextEncoder().encodeInto(reason, new Uint8Array(maxReasonBytes));
  return reason.slice(0, read);
}

/** Of the Encoding Standard: every platform has it, and it is pure. */
declare const TextEncoder: new () => {
  readonly encodeInto: (text: string, into: Uint8Array) => { readonly read: number };
};
