/** A secret that was planted, to be looked for where it must not be. */
export interface Needle {
  /** What a failure calls it. */
  readonly name: string;
  /** At least 6 bytes: what is shorter turns up by chance. */
  readonly secret: string | Uint8Array;
}

const minBytes = 6;

/**
 * Which of the needles are in `haystack`: as they are, or in base64 (of either alphabet, also in the
 * middle of something longer), percent-, hex- or JSON-escaped, as a list of numbers, or in UTF-16.
 *
 * @returns such as `the password as base64`; empty where there are none
 */
export function findNeedles(
  haystack: string | Uint8Array,
  needles: readonly Needle[],
): readonly string[] {
  // Bytes as they are; a search for UTF-8 in them is one for those bytes.
  const text = typeof haystack === "string" ? haystack : Buffer.from(haystack).toString("latin1");
  const bytes = typeof haystack === "string" ? Buffer.from(haystack).toString("latin1") : text;
  const hay = {
    text,
    bytes,
    lower: text.toLowerCase(),
    // However they are laid out in columns.
    numbers: text.replaceAll(/[\s,]+/g, ","),
  };
  return needles.flatMap(({ name, secret }) => {
    const forms = formsOf(Buffer.from(secret));
    return Object.entries(forms)
      .filter(([, { where, shapes }]) => shapes.some((shape) => hay[where].includes(shape)))
      .map(([form]) => `${name} as ${form}`);
  });
}

interface Form {
  /** `lower` for what is the same in either case. */
  readonly where: "text" | "bytes" | "lower" | "numbers";
  readonly shapes: readonly string[];
}

function formsOf(secret: Buffer): Readonly<Record<string, Form>> {
  if (secret.length < minBytes) throw new RangeError("a needle has to have 6 bytes or more");
  const text = secret.toString();
  const hex = [...secret].map((byte) => byte.toString(16).padStart(2, "0"));
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  const unicode = units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`);
  const outsideAscii = units.map((unit, i) => (unit < 0x80 ? text.charAt(i) : unicode[i]));
  const base64 = [0, 1, 2].map((offset) => base64At(secret, offset));
  return {
    "it is": { where: "bytes", shapes: [secret.toString("latin1")] },
    JSON: {
      where: "text",
      shapes: [JSON.stringify(text).slice(1, -1), outsideAscii.join("")],
    },
    "\\u escapes": { where: "lower", shapes: [unicode.join("")] },
    base64: {
      where: "text",
      shapes: base64.flatMap((part) => [
        part,
        part.replaceAll("+", "-").replaceAll("/", "_"),
        // In a URL or a form.
        part.replaceAll("+", "%2B").replaceAll("/", "%2F"),
      ]),
    },
    hex: { where: "lower", shapes: [hex.join(""), hex.join(" "), hex.join(":"), hex.join("\\x")] },
    "percent escapes": {
      where: "lower",
      shapes: [encodeURIComponent(text).toLowerCase(), `%${hex.join("%")}`],
    },
    numbers: { where: "numbers", shapes: [secret.join(",")] },
    "UTF-16": {
      where: "bytes",
      shapes: [Buffer.from(text, "utf16le").toString("latin1").slice(0, -1)],
    },
  };
}

/** The characters that `secret` alone decides about where `offset` bytes stand before it. */
function base64At(secret: Buffer, offset: number): string {
  const whole = Buffer.concat([Buffer.alloc(offset), secret]).toString("base64");
  const first = Math.ceil((offset * 8) / 6);
  const end = Math.floor(((offset + secret.length) * 8) / 6);
  return whole.slice(first, end);
}
