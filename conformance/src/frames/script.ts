import { opcodes, type ClientFrame } from "./frame.ts";

/** What a server says, where more than one thing may be right. */
export type Expected =
  | { readonly kind: "text" | "binary"; readonly data: Buffer }
  /** `others`: pongs to earlier pings may come before it, or be left out (section 5.5.3). */
  | { readonly kind: "pong"; readonly data: Buffer; readonly others?: true }
  /** The answer to our close frame, and then the end of TCP; `null` stands for an empty frame. */
  | { readonly kind: "close"; readonly codes: readonly (number | null)[] }
  /** The connection is failed (section 7.1.7): a close frame of the code, then the end of TCP. */
  | { readonly kind: "failure"; readonly codes: readonly number[] };

/** The frames of a `send` leave together, or byte by byte; what is expected is awaited. */
export type Step =
  | { readonly send: readonly ClientFrame[]; readonly chop?: number }
  | { readonly expect: readonly Expected[] }
  /** Either all of it comes, or the connection is failed here already, which is stricter. */
  | { readonly unlessFailed: readonly Expected[]; readonly codes: readonly number[] };

/** One conversation of frames, and the rule that it tries. Where it ends open, it is closed. */
export interface FrameCase {
  readonly id: string;
  readonly title: string;
  /** Of RFC 6455, unless it names another. */
  readonly section: string;
  /** The cases of the Autobahn suite that check the same. */
  readonly autobahn?: readonly string[];
  readonly steps: () => readonly Step[];
  /** The payload must reach the server as it is, which a dialect that wraps it cannot do. */
  readonly unwrapped?: true;
  /** What is offered in `Sec-WebSocket-Extensions`, and what a server that takes it answers. */
  readonly offer?: { readonly header: string; readonly answer: RegExp };
  /** Takes time, or more than a server may want to give: sent one way only. */
  readonly heavy?: true;
}

type Payload = string | Uint8Array;

const bytesOf = (payload: Payload): Buffer =>
  typeof payload === "string" ? Buffer.from(payload) : Buffer.from(payload);

const frameOf =
  (opcode: number) =>
  (payload: Payload = "", more: Partial<ClientFrame> = {}): ClientFrame => ({
    opcode,
    payload: bytesOf(payload),
    ...more,
  });

export const text = frameOf(opcodes.text);
export const binary = frameOf(opcodes.binary);
export const ping = frameOf(opcodes.ping);
export const pong = frameOf(opcodes.pong);
export const continuation = frameOf(opcodes.continuation);
export const rawClose = frameOf(opcodes.close);
export const frame = (opcode: number, payload: Payload = ""): ClientFrame =>
  frameOf(opcode)(payload);

export function close(code: number, reason: Payload = ""): ClientFrame {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return rawClose(Buffer.concat([payload, bytesOf(reason)]));
}

/** One message in as many frames as `parts`. */
export function fragments(first: typeof text, parts: readonly Payload[]): readonly ClientFrame[] {
  return parts.map((part, i) =>
    (i === 0 ? first : continuation)(part, { fin: i === parts.length - 1 }),
  );
}

/** The same, cut into frames of so many bytes. */
export function cut(first: typeof text, payload: Payload, size: number): readonly ClientFrame[] {
  const bytes = bytesOf(payload);
  const count = Math.ceil(bytes.length / size);
  return fragments(
    first,
    Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size)),
  );
}

export const send = (...frames: readonly ClientFrame[]): Step => ({ send: frames });
/** In TCP segments of `chop` bytes. */
export const sendChopped = (chop: number, ...frames: readonly ClientFrame[]): Step => ({
  send: frames,
  chop,
});

export const expects = (...expected: readonly Expected[]): Step => ({ expect: expected });
export const unlessFailed = (code: number, ...expected: readonly Expected[]): Step => ({
  unlessFailed: expected,
  codes: [code],
});

export const anEcho = (payload: Payload): Expected => ({ kind: "text", data: bytesOf(payload) });
export const aBinaryEcho = (payload: Payload): Expected => ({
  kind: "binary",
  data: bytesOf(payload),
});
export const aPong = (payload: Payload = ""): Expected => ({
  kind: "pong",
  data: bytesOf(payload),
});
/** Of several pings only the newest has to be answered. */
export const aPongAtLast = (payload: Payload): Expected => ({
  kind: "pong",
  data: bytesOf(payload),
  others: true,
});
export const aClose = (...codes: readonly (number | null)[]): Expected => ({
  kind: "close",
  codes,
});
export const aFailure = (...codes: readonly number[]): Expected => ({ kind: "failure", codes });
