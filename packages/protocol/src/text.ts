/** The length of `text` in UTF-8 bytes; a lone surrogate counts as U+FFFD, as encoders write it. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (isPairAt(text, i)) {
      // Two units, four bytes.
      bytes += 2;
      i += 1;
    } else bytes += 2;
  }
  return bytes;
}

function isPairAt(text: string, i: number): boolean {
  return (text.codePointAt(i) ?? 0) > 0xffff;
}

/** A close frame's payload is at most 125 bytes, two of them the code (RFC 6455 section 5.5). */
export const maxReasonBytes = 123;

/**
 * `reason` cut to what fits a close frame, never inside a character. Libraries throw on longer
 * ones, and `"é".length` counts characters where the limit counts bytes.
 */
export function fitReason(reason: string): string {
  let bytes = 0;
  let end = 0;
  for (const character of reason) {
    bytes += utf8Length(character);
    if (bytes > maxReasonBytes) return reason.slice(0, end);
    end += character.length;
  }
  return reason;
}
