import { failure, success, type Result } from "@wsecho/protocol";

export interface HexRow {
  /** Pairs of hexadecimal digits, a space between: `68 65 6c`. */
  readonly hex: string;
  /** The same bytes as printable ASCII, a dot for each other byte. */
  readonly ascii: string;
}

/** Narrow enough for a 320 px screen. */
const bytesPerRow = 8;

/** The first `rows` rows of a hex dump. */
export function hexRows(data: Uint8Array, rows: number): readonly HexRow[] {
  const count = Math.min(rows, Math.ceil(data.byteLength / bytesPerRow));
  return Array.from({ length: count }, (_, row) => {
    const bytes = data.subarray(row * bytesPerRow, (row + 1) * bytesPerRow);
    return { hex: hexOf(bytes), ascii: Array.from(bytes, printable).join("") };
  });
}

/** A hex dump, at most `rows` rows of it. */
export function hexDump(data: Uint8Array, rows: number): string {
  return hexRows(data, rows)
    .map(({ hex, ascii }) => `${hex.padEnd(3 * bytesPerRow)} ${ascii}`)
    .join("\n");
}

/** Made once: a search makes digits of megabytes. */
const digitsOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** All of `data` as digits, a space between bytes. */
export function hexOf(data: Uint8Array): string {
  return Array.from(data, (byte) => digitsOf[byte]).join(" ");
}

/** How many bytes `rows` rows show. */
export function hexRowBytes(rows: number): number {
  return rows * bytesPerRow;
}

function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
}

/** `oddDigits`: the last byte has only one digit; `notHex`: `found` is no hexadecimal digit. */
export type HexProblem =
  { readonly kind: "oddDigits" } | { readonly kind: "notHex"; readonly found: string };

/**
 * Bytes written as hexadecimal digits. White space, commas, colons and `0x` before a byte are
 * allowed, because dumps and source code are what people paste.
 */
export function parseHex(text: string): Result<Uint8Array<ArrayBuffer>, HexProblem> {
  const digits = text.replace(/\b0x/gi, "").replace(/[\s,:]+/g, "");
  const wrong = /[^0-9a-f]/iu.exec(digits);
  if (wrong !== null) return failure({ kind: "notHex", found: wrong[0] });
  if (digits.length % 2 === 1) return failure({ kind: "oddDigits" });
  const data = new Uint8Array(digits.length / 2);
  for (let i = 0; i < data.length; i++)
    data[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return success(data);
}
