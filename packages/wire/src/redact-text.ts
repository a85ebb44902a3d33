import { fromUtf8, toLatin1 } from "./bytes.ts";

const star = 0x2a;

/**
 * A login of the plain dialect: everything behind the first colon, and all of a text without one,
 * which may be a password alone.
 */
export function redactPlainLogin(payload: Uint8Array): Uint8Array {
  const colon = payload.indexOf(0x3a);
  return payload.map((byte, i) => (i > colon ? star : byte));
}

/** All of it, as stars. */
export function redactAll(payload: Uint8Array): Uint8Array {
  return payload.map(() => star);
}

/** Fields of a login that are no secret. */
const open: ReadonlySet<string> = new Set([
  "type",
  "mechanism",
  "user",
  "username",
  "expiresInMs",
  "session",
]);
/** Types of messages that prove who somebody is, and the two halves of SCRAM that help to guess it. */
const logins: ReadonlySet<unknown> = new Set(["auth", "response", "challenge", "ok"]);

/**
 * A message of the v1 dialect that logs in, its secrets as stars of the same length.
 *
 * @returns the same array where there is nothing to hide; `undefined` where it is no JSON object
 */
export function redactV1(payload: Uint8Array): Uint8Array | undefined {
  const text = fromUtf8(payload);
  if (text === undefined || !isObject(text)) return undefined;
  // Most messages are no logins, and may be long.
  if (!/"(auth|response|challenge|ok)"|\\u/.test(text)) return payload;
  const tokens = scan(payload);
  // Every "type" counts, so that a second one hides nothing.
  const types = tokens.filter(({ name, depth }) => depth === 1 && name === "type");
  if (!types.some(({ value }) => logins.has(value))) return payload;
  const out = payload.slice();
  for (const { name, depth, start, end, quoted } of tokens)
    if (depth > 1 || !open.has(name)) out.fill(quoted ? star : 0x31, start, end);
  return out;
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** A scalar value of a JSON text: where its bytes stand, without quotes. */
interface Scalar {
  readonly name: string;
  readonly value: unknown;
  readonly depth: number;
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

/** Finds the scalars of a JSON text that parses, each with the name that it stands behind. */
function scan(bytes: Uint8Array): readonly Scalar[] {
  // One character per byte, so that offsets are offsets of bytes.
  const latin = toLatin1(bytes);
  const found: Scalar[] = [];
  const names: string[] = [];
  let depth = 0;
  let pending = "";
  const token = /[{}[\],:]|[^\s{}[\],:"]+/y;
  const blanks = /\s*/y;
  const pass = (pattern: RegExp, from: number): number => {
    pattern.lastIndex = from;
    pattern.test(latin);
    return pattern.lastIndex;
  };
  for (let start = pass(blanks, 0); start < latin.length;) {
    const quoted = latin[start] === '"';
    // By hand, for a pattern that tells escapes runs out of stack in a long text.
    let end = quoted ? start + 1 : pass(token, start);
    if (quoted) {
      while (latin[end] !== '"') end += latin[end] === "\\" ? 2 : 1;
      end += 1;
    }
    const text = latin.slice(start, end);
    start = pass(blanks, end);
    if (text === "{" || text === "[") depth += 1;
    else if (text === "}" || text === "]") depth -= 1;
    else if (text === ":") names[depth] = pending;
    else if (text !== ",") {
      const value: unknown = JSON.parse(text);
      if (quoted && latin[start] === ":") pending = String(value);
      else {
        const inner = quoted ? 1 : 0;
        found.push({
          name: names[depth] ?? "",
          value,
          depth,
          start: end - text.length + inner,
          end: end - inner,
          quoted,
        });
      }
    }
  }
  return found;
}
