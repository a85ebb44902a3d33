import { concat, fromUtf8, toUtf8 } from "./bytes.ts";
import { encodeHeader, mask, unmask } from "./frame.ts";
import { storedBlocks } from "./inflate.ts";
import { redactAll, redactPlainLogin, redactV1 } from "./redact-text.ts";
import { redactHandshake } from "./redact-head.ts";
import type {
  Direction,
  FrameRecord,
  HandshakeRecord,
  MessageRecord,
  WireRecord,
} from "./records.ts";

/** Takes the secrets out of records. */
export interface Redactor {
  /**
   * Takes a record and gives those that may be shown: usually this one. Frames of a fragmented
   * message that could be a login wait for its end.
   */
  push(record: WireRecord): readonly WireRecord[];
  /** What still waits, blanked. */
  end(): readonly WireRecord[];
}

/** Records that wait for the end of a message, per connection; what is above is blanked. */
const maxHeld = 4096;
const maxHeldBytes = 8_388_608;

/** What the server of the plain dialect says of a login (`plainTexts` of the protocol package). */
const verdict = {
  refused: "sorry, the username or password is wrong, please submit again",
} as const;

interface Connection {
  /** `unknown`: the handshake was not seen. */
  dialect: "plain" | "v1" | "other" | "unknown";
  /** Plain: the next text of the client may be a login. */
  loggingIn: boolean;
  readonly secrets: Set<string>;
  /** Directions where a compressed message was replaced: later ones may refer to it. */
  readonly tainted: Set<Direction>;
  held: WireRecord[];
  heldBytes: number;
  /** Messages whose frames are held, and whether a login was due when they began. */
  readonly open: Map<number, boolean>;
  /** Messages whose frames are blanked as they come. */
  readonly blanked: Set<number>;
  readonly closed: Set<Direction>;
}

/**
 * A redactor for the records of any number of connections. What it hides: credentials, cookies and
 * tokens in headers, the query, tokens in subprotocols, the login messages of both dialects. Bytes
 * keep their length and stay masked with the key of their frame; a compressed message with a secret
 * is written anew without compression, and so are those behind it that could refer to it.
 *
 * @param reveal shows everything as it is
 */
export function createRedactor({ reveal = false }: { readonly reveal?: boolean } = {}): Redactor {
  if (reveal) return { push: (record) => [record], end: () => [] };
  const connections = new Map<number, Connection>();

  const of = (conn: number): Connection => {
    let known = connections.get(conn);
    if (known === undefined) {
      known = {
        dialect: "unknown",
        loggingIn: true,
        secrets: new Set(),
        tainted: new Set(),
        held: [],
        heldBytes: 0,
        blanked: new Set(),
        open: new Map(),
        closed: new Set(),
      };
      connections.set(conn, known);
    }
    return known;
  };

  const take = (record: WireRecord, state: Connection): readonly WireRecord[] => {
    if (record.k === "handshake") return [takeHandshake(record, state)];
    if (record.k === "message") return takeMessage(record, state);
    const frame = record.k === "frame" ? record : undefined;
    if (frame?.msg !== undefined && state.blanked.has(frame.msg)) return [blankFrame(frame)];
    if (frame?.msg !== undefined && mayHide(frame, state) && !state.open.has(frame.msg))
      state.open.set(frame.msg, state.loggingIn);
    const shown = frame !== undefined && isLeftover(frame, state) ? blankFrame(frame) : record;
    if (state.open.size === 0) return [shown];
    state.held.push(shown);
    if (frame !== undefined) state.heldBytes += frame.raw.length;
    return state.held.length > maxHeld || state.heldBytes > maxHeldBytes ? giveUp(state) : [];
  };

  /** A connection that both sides have closed is forgotten. */
  const forget = (shown: readonly WireRecord[], state: Connection): void => {
    for (const record of shown) {
      if (record.k !== "close") continue;
      state.closed.add(record.dir);
      if (record.by === "transport" || state.closed.size === 2) connections.delete(record.conn);
    }
  };

  return {
    push(record) {
      const state = of(record.conn);
      const shown = take(record, state);
      forget(shown, state);
      return shown;
    },
    end: () => [...connections.values()].flatMap((state) => giveUp(state)),
  };
}

/** Whether a message's frames must wait for what the whole message turns out to be. */
function mayHide({ dir, rsv }: FrameRecord, state: Connection): boolean {
  if (state.tainted.has(dir) && (rsv & 4) !== 0) return true;
  if (state.dialect === "other") return false;
  if (state.dialect === "plain") return dir === "c2s" && state.loggingIn;
  return true;
}

/** The end of a message whose beginning was not seen. */
function isLeftover({ op, msg, dir }: FrameRecord, state: Connection): boolean {
  return op === 0 && msg === undefined && dir === "c2s" && state.dialect !== "other";
}

function takeHandshake(record: HandshakeRecord, state: Connection): HandshakeRecord {
  if (record.dir === "s2c" && record.status === 101) {
    const { subprotocol } = record;
    state.dialect =
      subprotocol === "wsecho.v1" ? "v1" : (subprotocol ?? null) === null ? "plain" : "other";
    // A token in the handshake has logged in already; a plain login may follow all the same.
    state.loggingIn = true;
  }
  return redactHandshake(record, state.secrets);
}

/** Releases the frames of `message`, and what waited behind them. */
function takeMessage(message: MessageRecord, state: Connection): readonly WireRecord[] {
  const { dir, msg } = message;
  const loggingIn = state.open.get(msg) ?? state.loggingIn;
  state.open.delete(msg);
  const own = (record: WireRecord): record is FrameRecord =>
    record.k === "frame" && record.msg === msg;
  const frames = state.held
    .filter(own)
    .map((frame) => hideEdit(frame, message, { ...state, loggingIn }));
  const payload = message.data ?? toUtf8(message.text ?? "");
  const shown = state.blanked.delete(msg)
    ? redactAll(payload)
    : hide(message, payload, state, loggingIn);
  const changed = shown !== payload;
  const anew = message.compressed && (changed || state.tainted.has(dir));
  if (anew) state.tainted.add(dir);
  const replaced = anew ? encodeAnew(frames, shown) : changed ? overwrite(frames, shown) : frames;
  let next = 0;
  const out: WireRecord[] = state.held.map((record) =>
    own(record) ? (replaced[next++] ?? record) : record,
  );
  if (anew)
    out.push({
      k: "note",
      ...stampOf(message),
      code: "redacted",
      says: changed
        ? "a compressed message held a secret; it stands here without compression and without the secret"
        : "a compressed message may refer to a redacted one; it stands here without compression",
      dir,
    });
  out.push(changed || anew ? showMessage(message, shown, anew) : message);
  // Where another message is still under way, everything behind its beginning waits, in order.
  const first = out.findIndex(
    (record) => record.k === "frame" && record.msg !== undefined && state.open.has(record.msg),
  );
  state.held = first < 0 ? [] : out.slice(first);
  state.heldBytes = state.held.reduce(
    (sum, record) => sum + (record.k === "frame" ? record.raw.length : 0),
    0,
  );
  return first < 0 ? out : out.slice(0, first);
}

/** A proxy may have put a secret into a frame that had none. */
function hideEdit(frame: FrameRecord, message: MessageRecord, state: Connection): FrameRecord {
  const { edited } = frame;
  if (edited === null) return frame;
  const plain = unmask(edited);
  const text = fromUtf8(plain);
  const compressed = ((edited.hdr[0] ?? 0) & 0x40) !== 0;
  const { text: _text, data: _data, ...rest } = message;
  const asMessage = {
    ...rest,
    len: plain.length,
    ...(text === undefined ? { data: plain } : { text }),
  };
  // A look at it decides nothing about the session: that is what the peer did see, or will.
  const shown =
    compressed && state.dialect !== "other"
      ? redactAll(plain)
      : hide(asMessage, plain, state, state.loggingIn);
  if (shown === plain) return frame;
  return { ...frame, edited: { ...edited, raw: mask(shown, edited.key) } };
}

/** What may be shown of a message: the same array where nothing has to be hidden. */
function hide(
  message: MessageRecord,
  payload: Uint8Array,
  state: Connection,
  loggingIn: boolean,
): Uint8Array {
  const { dialect } = state;
  if (dialect === "other" || (message.len === 0 && !message.incomplete)) return payload;
  const json = dialect === "plain" ? undefined : redactV1(payload);
  if (message.dir === "s2c") {
    // Anything but "refused" ends the logins of a plain session, whoever the server is.
    if (message.text !== verdict.refused) state.loggingIn = false;
    return json ?? (message.incomplete && dialect === "v1" ? redactAll(payload) : payload);
  }
  if (json !== undefined && json !== payload) return json;
  if (message.op === 1 && dialect === "v1") return json ?? redactAll(payload);
  if (dialect !== "v1" && loggingIn)
    return message.op === 1 && !message.incomplete ? redactPlainLogin(payload) : redactAll(payload);
  // Neither login nor message: half of one, which may hold anything.
  if (message.incomplete && dialect !== "plain") return redactAll(payload);
  return payload;
}

function overwrite(frames: readonly FrameRecord[], shown: Uint8Array): readonly FrameRecord[] {
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
function encodeAnew(frames: readonly FrameRecord[], shown: Uint8Array): readonly FrameRecord[] {
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

function blankFrame(frame: FrameRecord): FrameRecord {
  return hidden(frame, { raw: mask(redactAll(frame.raw), frame.key), redacted: "masked" });
}

function showMessage(message: MessageRecord, shown: Uint8Array, anew: boolean): MessageRecord {
  const { text, data: _data, ...rest } = message;
  const redacted = anew ? "re-encoded" : "masked";
  if (text === undefined) return { ...rest, data: shown, redacted };
  return { ...rest, text: fromUtf8(shown) ?? "*".repeat(text.length), redacted };
}

/** The end of a message is not waited for any longer. */
function giveUp(state: Connection): readonly WireRecord[] {
  const out = state.held.map((record) => {
    if (record.k !== "frame" || record.msg === undefined || !state.open.has(record.msg))
      return record;
    state.blanked.add(record.msg);
    // Blanked compressed bytes leave the window behind them unknown.
    if ((record.rsv & 4) !== 0) state.tainted.add(record.dir);
    return blankFrame(record);
  });
  state.held = [];
  state.heldBytes = 0;
  state.open.clear();
  return out;
}

function stampOf({ t, us, conn, at }: WireRecord): Pick<WireRecord, "t" | "us" | "conn" | "at"> {
  return { t, us, conn, at };
}
