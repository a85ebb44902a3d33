import { createKeeper, fromUtf8, noBytes, withoutCutCharacter, type Keeper } from "./bytes.ts";
import type { DeflateSide } from "./extensions.ts";
import { createInflater, flushTail, type Inflater } from "./inflate.ts";
import { lint, type Lint } from "./lint.ts";
import type { WireLimits } from "./limits.ts";

/** Inflating goes on so far beyond what is kept, because later messages may need the window. */
const inflateFactor = 8;

/** A message whose frames are arriving. */
export interface Assembly {
  readonly msg: number;
  readonly op: number;
  readonly compressed: boolean;
  /** Numbers of its first frame and, so far, its last. */
  first: number;
  parts: number;
  wire: number;
  last: number;
  /** Absent while nothing has arrived. */
  kept: Keeper | undefined;
  readonly lint: Lint[];
  /** Why nothing more is read of it. */
  broken?: "missing" | "too much" | "data";
  /** It began before the stream of compressed data was whole. */
  readonly contextLost: boolean;
}

/** What a finished message carries. */
export interface Content {
  readonly len: number;
  readonly text?: string;
  readonly data?: Uint8Array;
  readonly cut?: number;
  readonly incomplete?: true;
  readonly lint: readonly Lint[];
}

/** Puts the messages of one direction together. */
export interface Assembler {
  /** `undefined`: not known, because the handshake was not seen. */
  agree(deflate: DeflateSide | null | undefined): void;
  readonly deflate: DeflateSide | null | undefined;
  start(named: { readonly msg: number; readonly op: number; readonly rsv1: boolean }): Assembly;
  /** Takes plain payload, in an array that nobody else has. */
  add(message: Assembly, plain: Uint8Array): void;
  /** Bytes of the message are missing in the capture. */
  lose(message: Assembly): void;
  /** @param whole its last frame has ended */
  finish(message: Assembly, whole: boolean): Content;
  /** An uncompressed message that came in one frame; of a text, `plain` has to last for the call only. */
  alone(message: Assembly, plain: Uint8Array): Content;
}

export function createAssembler(limits: WireLimits): Assembler {
  let deflate: DeflateSide | null | undefined;
  let inflater: Inflater | undefined;
  let contextLost = true;

  const inflate = (message: Assembly, bytes: Uint8Array): void => {
    inflater ??= createInflater();
    const good = inflater.push(bytes, (piece) => {
      const kept = (message.kept ??= createKeeper(limits.inflated));
      kept.add(piece);
      if (kept.total <= inflateFactor * limits.inflated) return true;
      message.broken = "too much";
      return false;
    });
    if (!good) message.broken ??= "data";
  };

  return {
    get deflate() {
      return deflate;
    },
    agree(negotiated) {
      deflate = negotiated;
      contextLost = negotiated === undefined;
      inflater?.reset();
    },
    start({ msg, op, rsv1 }) {
      const compressed = rsv1 && deflate !== null;
      const takeover = deflate?.takeover ?? true;
      if (compressed && !takeover) {
        inflater?.reset();
        contextLost = false;
      }
      return {
        msg,
        op,
        compressed,
        first: 0,
        last: 0,
        parts: 0,
        wire: 0,
        kept: undefined,
        lint: [],
        contextLost,
      };
    },
    add(message, plain) {
      if (message.broken !== undefined) return;
      if (message.compressed) inflate(message, plain);
      else (message.kept ??= createKeeper(limits.message)).add(plain, true);
    },
    lose(message) {
      message.broken ??= "missing";
    },
    finish(message, whole) {
      if (whole && message.compressed && message.broken === undefined) inflate(message, flushTail);
      const unfinished = !whole || message.broken !== undefined;
      if (message.compressed && unfinished) {
        // An empty window reads what does not refer to before it, and says so where data does.
        inflater?.reset();
        contextLost = true;
      }
      if (message.broken === "data" && !message.contextLost)
        message.lint.push(lint("deflate-data"));
      const bytes = message.kept?.bytes() ?? noBytes;
      const content = read(message, { bytes, len: message.kept?.total ?? 0, short: unfinished });
      return unfinished ? { ...content, incomplete: true } : content;
    },
    alone(message, plain) {
      const bytes = plain.length > limits.message ? plain.slice(0, limits.message) : plain;
      return read(message, { bytes, len: plain.length, short: false });
    },
  };
}

function read(
  { op, lint: found }: Assembly,
  {
    bytes,
    len,
    short,
  }: { readonly bytes: Uint8Array; readonly len: number; readonly short: boolean },
): Content {
  if (op === 1) {
    const checked = short || len > bytes.length ? withoutCutCharacter(bytes) : bytes;
    const text = fromUtf8(checked);
    const cut = len - checked.length;
    if (text !== undefined)
      return cut > 0 ? { len, text, cut, lint: found } : { len, text, lint: found };
    found.push(lint("bad-utf8"));
  }
  const data = op === 1 ? bytes.slice() : bytes;
  const cut = len - bytes.length;
  return cut > 0 ? { len, data, cut, lint: found } : { len, data, lint: found };
}
