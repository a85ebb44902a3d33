import { fromUtf8 } from "./bytes.ts";
import { mask, unmask } from "./frame.ts";
import type { Direction, FrameRecord, HandshakeRecord, MessageRecord } from "./records.ts";
import { redactAll, redactPlainLogin, redactV1 } from "./redact-text.ts";

/** What the server of the plain dialect says of a login (`plainTexts` of the protocol package). */
const verdict = {
  refused: "sorry, the username or password is wrong, please submit again",
} as const;

/** What decides whether a message of a connection may hold a secret. */
export interface Talk {
  /** `unknown`: the handshake was not seen. */
  dialect: "plain" | "v1" | "other" | "unknown";
  /** Plain: the next text of the client may be a login. */
  loggingIn: boolean;
  /** Directions where a compressed message was replaced: later ones may refer to it. */
  readonly tainted: Set<Direction>;
}

/** The dialect that an answer with the status 101 agrees on. */
export function dialectOf({ subprotocol }: HandshakeRecord): Talk["dialect"] {
  if (subprotocol === "wsecho.v1") return "v1";
  return (subprotocol ?? null) === null ? "plain" : "other";
}

/** Whether a message's frames must wait for what the whole message turns out to be. */
export function mayHide({ dir, rsv }: FrameRecord, talk: Talk): boolean {
  if (talk.tainted.has(dir) && (rsv & 4) !== 0) return true;
  if (talk.dialect === "other") return false;
  if (talk.dialect === "plain") return dir === "c2s" && talk.loggingIn;
  return true;
}

/** The end of a message whose beginning was not seen. */
export function isLeftover({ op, msg, dir }: FrameRecord, talk: Talk): boolean {
  return op === 0 && msg === undefined && dir === "c2s" && talk.dialect !== "other";
}

/** What may be shown of a message: the same array where nothing has to be hidden. */
export function hide(
  message: MessageRecord,
  payload: Uint8Array,
  talk: Talk,
  loggingIn: boolean,
): Uint8Array {
  const { dialect } = talk;
  if (dialect === "other" || (message.len === 0 && !message.incomplete)) return payload;
  const json = dialect === "plain" ? undefined : redactV1(payload);
  if (message.dir === "s2c") {
    // Anything but "refused" ends the logins of a plain session, whoever the server is.
    if (message.text !== verdict.refused) talk.loggingIn = false;
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

/** A proxy may have put a secret into a frame that had none. */
export function hideEdit(frame: FrameRecord, message: MessageRecord, talk: Talk): FrameRecord {
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
    compressed && talk.dialect !== "other"
      ? redactAll(plain)
      : hide(asMessage, plain, talk, talk.loggingIn);
  if (shown === plain) return frame;
  return { ...frame, edited: { ...edited, raw: mask(shown, edited.key) } };
}
