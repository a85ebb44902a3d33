import { toUtf8 } from "./bytes.ts";
import type {
  Direction,
  FrameRecord,
  HandshakeRecord,
  MessageRecord,
  WireRecord,
} from "./records.ts";
import { redactHandshake } from "./redact-head.ts";
import {
  dialectOf,
  forgetLogins,
  hide,
  hideEdit,
  isLeftover,
  mayHide,
  type Talk,
} from "./redact-judge.ts";
import { blankFrame, encodeAnew, overwrite, showMessage } from "./redact-rewrite.ts";
import { redactAll } from "./redact-text.ts";

/** Takes the secrets out of records. */
export interface Redactor {
  /**
   * Takes a record and gives those that may be shown: usually this one. Frames of a fragmented
   * message that could be a login wait for its end.
   */
  push(record: WireRecord): readonly WireRecord[];
  /**
   * Says what is known of a connection from elsewhere, so that its bytes do not have to. In the
   * dialect `other` no message logs anybody in, whatever it says.
   */
  assume(conn: number, known: { dialect: "plain" | "v1" | "other"; loggedIn: boolean }): void;
  /** What still waits, blanked. */
  end(): readonly WireRecord[];
}

/** Records that wait for the end of a message, per connection; what is above is blanked. */
const maxHeld = 4096;
const maxHeldBytes = 8_388_608;

interface Connection extends Talk {
  /** The dialect is known from elsewhere: no handshake changes it. */
  assumed: boolean;
  readonly secrets: Set<string>;
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
  if (reveal) return { push: (record) => [record], assume: () => undefined, end: () => [] };
  const connections = new Map<number, Connection>();

  const of = (conn: number): Connection => {
    let known = connections.get(conn);
    if (known === undefined) {
      known = {
        dialect: "unknown",
        assumed: false,
        loggingIn: true,
        secrets: new Set(),
        tainted: new Set(),
        logins: [],
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
    // A watch that began in the middle of a connection says that its login is over.
    if (record.k === "note" && record.code === "session" && record.user !== undefined)
      state.loggingIn = false;
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
    assume(conn, { dialect, loggedIn }) {
      Object.assign(of(conn), { dialect, loggingIn: !loggedIn, assumed: true });
    },
    end: () => [...connections.values()].flatMap((state) => giveUp(state)),
  };
}

function takeHandshake(record: HandshakeRecord, state: Connection): HandshakeRecord {
  if (!state.assumed && record.dir === "s2c" && record.status === 101) {
    state.dialect = dialectOf(record);
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
  if (dir === "s2c") forgetLogins(state);
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
