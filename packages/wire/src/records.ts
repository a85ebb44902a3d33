import type { Deflate } from "./extensions.ts";
import type { Lint } from "./lint.ts";

/** From the client to the server, or back. */
export type Direction = "c2s" | "s2c";

/** Where the bytes were seen. `capture`: in a file that does not say. */
export type Vantage = "server" | "client" | "proxy" | "capture";

/** What all records have. */
export interface Stamp {
  /** Microseconds since 1970; in JSON an ISO 8601 text. */
  readonly t: number;
  /** Microseconds since the connection's first byte. */
  readonly us: number;
  /** Number of the connection, from 1, within one capture. */
  readonly conn: number;
  readonly at: Vantage;
}

/** One header as it was written: name and value without the blanks around it. */
export type Header = readonly [name: string, value: string];

/** A request or an answer of the opening handshake (RFC 6455 section 4). */
export interface HandshakeRecord extends Stamp {
  readonly k: "handshake";
  /** `c2s`: the request. `s2c`: the answer. */
  readonly dir: Direction;
  /** The head as it was on the wire, one character per byte, up to and with the empty line. */
  readonly head: string;
  /** Of a request. */
  readonly method?: string;
  /** Of a request: path and query. */
  readonly target?: string;
  /** Of an answer. */
  readonly status?: number;
  /** Of an answer: 101 with the right Sec-WebSocket-Accept. */
  readonly accepted?: boolean;
  /** In the order of the wire. */
  readonly headers: readonly Header[];
  /** What both agreed on, of an answer. */
  readonly deflate?: Deflate | null;
  /** Of an answer: the selected subprotocol. */
  readonly subprotocol?: string | null;
  /** What the server calls the session, where the server itself saw it. */
  readonly session?: string;
  /** Of a refused handshake: the body of the answer, as far as it was kept. */
  readonly body?: Uint8Array;
  /** Bytes of head and body that are missing here. */
  readonly cut?: number;
  readonly redacted?: Redacted;
  readonly lint: readonly Lint[];
}

/** What a redaction did: `masked` keeps the length; `re-encoded` replaced compressed by plain blocks. */
export type Redacted = "masked" | "re-encoded";

/**
 * A frame as a proxy sent it on, where that is not what it received; without `hdr` it sent nothing.
 * A message that was changed leaves in the first of its frames, and nothing for the others.
 */
export interface EditedFrame {
  readonly hdr: Uint8Array;
  readonly key: Uint8Array | null;
  readonly raw: Uint8Array;
}

/** One frame (RFC 6455 section 5.2). */
export interface FrameRecord extends Stamp {
  readonly k: "frame";
  /** Number of the frame in its connection, both directions together, from 1, in order of its end. */
  readonly n: number;
  readonly dir: Direction;
  /** Offset of its first byte in its direction's bytes, from 0, handshake included. */
  readonly off: number;
  readonly fin: 0 | 1;
  /** RSV1 is 4, RSV2 is 2, RSV3 is 1. */
  readonly rsv: number;
  readonly op: number;
  /** The masking key; `null` where the MASK bit is 0. */
  readonly key: Uint8Array | null;
  /** Length of the payload, as the header says it. */
  readonly len: number;
  /** The header without the key: 2, 4 or 10 bytes. */
  readonly hdr: Uint8Array;
  /** The payload as it was on the wire: masked, compressed. */
  readonly raw: Uint8Array;
  /** Bytes of the payload that are missing at the end of `raw`. */
  readonly cut?: number;
  /** The payload as text, where it is an uncompressed one. */
  readonly text?: string;
  /** Number of the message that it is a part of; control frames have none. */
  readonly msg?: number;
  /** Which part of it, from 0. */
  readonly part?: number;
  readonly edited: EditedFrame | null;
  /** A proxy made it: nobody sent it, and `dir` is where it went. */
  readonly injected?: true;
  readonly redacted?: Redacted;
  readonly lint: readonly Lint[];
}

/** A whole message: its frames put together, unmasked and inflated. */
export interface MessageRecord extends Stamp {
  readonly k: "message";
  readonly dir: Direction;
  /** Number of the message in its connection, both directions together, from 1, in order of its start. */
  readonly msg: number;
  /** 1 text, 2 binary. */
  readonly op: number;
  /** The first and the last of its frames. */
  readonly frames: readonly [first: number, last: number];
  readonly parts: number;
  /** Length in bytes, unmasked and inflated. */
  readonly len: number;
  /** Length of its payloads on the wire. */
  readonly wire: number;
  readonly compressed: boolean;
  /** `len / wire` of a compressed message. */
  readonly ratio?: number;
  /** Of a text that is UTF-8. */
  readonly text?: string;
  /** Of everything else. */
  readonly data?: Uint8Array;
  /** Bytes that are missing at the end of `text` or `data`. */
  readonly cut?: number;
  /** A proxy made it. */
  readonly injected?: true;
  /** The message has no end, or bytes of it are missing on the wire, or it could not be inflated. */
  readonly incomplete?: true;
  readonly redacted?: Redacted;
  readonly lint: readonly Lint[];
}

/** The end of a connection, as one side said it. */
export interface CloseRecord extends Stamp {
  readonly k: "close";
  /** Who said it. */
  readonly dir: Direction;
  /** `transport`: the bytes ended without a close frame. */
  readonly by: "frame" | "transport";
  /** 1005 where the frame has none, 1006 without a frame (RFC 6455 section 7.1.5). */
  readonly code: number;
  readonly reason: string;
  /** The close frame. */
  readonly n?: number;
  readonly lint: readonly Lint[];
}

/** Something about the capture itself. */
export interface NoteRecord extends Stamp {
  readonly k: "note";
  /** A {@link NoteCode}; newer versions may have others. */
  readonly code: string;
  /** In words, for people; never a peer's bytes. */
  readonly says: string;
  readonly dir?: Direction;
  /** Bytes, packets or records that it is about. */
  readonly count?: number;
  /** Of `session`: what the server calls it. */
  readonly session?: string;
  /** Of `session`: who is logged in; absent before the login. */
  readonly user?: string;
  /** Of `capture`: whether secrets are shown. */
  readonly reveal?: boolean;
  /** Of `capture`: the format of a file, with its version. */
  readonly format?: string;
}

/** What the notes of this version are about. */
export type NoteCode =
  /** The first record of a file. */
  | "capture"
  /** Whose connection this is. */
  | "session"
  /** A cap was met. */
  | "cap"
  /** Bytes are missing. */
  | "gap"
  /** The handshake is missing. */
  | "midstream"
  /** The frames were found again. */
  | "resync"
  /** The bytes end inside a frame or a head. */
  | "incomplete"
  /** Not a WebSocket connection, or not readable. */
  | "opaque"
  /** An HTTP exchange or tunnel before the handshake. */
  | "http"
  /** Compressed data needs what came before the capture. */
  | "context"
  /** Something was blanked or re-encoded. */
  | "redacted"
  /** What a packet capture lacks: fragments, snap length, unknown links. */
  | "packets"
  /** The file has messages, but not the frames that carried them. */
  | "messages-only"
  /** A proxy did something: changed, held, dropped or added a message. */
  | "proxy"
  /** A watcher was too slow. */
  | "lost";

/** Anything that the decoder tells, told apart by `k`. */
export type WireRecord = HandshakeRecord | FrameRecord | MessageRecord | CloseRecord | NoteRecord;
