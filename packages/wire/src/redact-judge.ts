import { fromLatin1, fromUtf8, toLatin1 } from "./bytes.ts";
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
  /** Passwords of plain logins, one character per byte, and how many answers may still repeat them. */
  readonly logins: { readonly secret: string; answers: number }[];
}

/** As many logins are kept, of so many bytes; what is shorter than 4 stands in an answer by chance. */
const maxLogins = 16;
const maxSecret = 8192;
/** A server that repeats what it hears does so soon. */
const maxAnswers = 4;

/** The dialect that an answer with the status 101 agrees on. */
export function dialectOf({ subprotocol }: HandshakeRecord): Talk["dialect"] {
  if (subprotocol === "wsecho.v1") return "v1";
  return (subprotocol ?? null) === null ? "plain" : "other";
}

/** Whether a message's frames must wait for what the whole message turns out to be. */
export function mayHide({ dir, rsv }: FrameRecord, talk: Talk): boolean {
  if (talk.tainted.has(dir) && (rsv & 4) !== 0) return true;
  if (talk.dialect === "other") return false;
  if (talk.dialect === "plain") return dir === "c2s" ? talk.loggingIn : talk.logins.length > 0;
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
    if (json === undefined && message.incomplete && dialect === "v1") return redactAll(payload);
    return hideEcho(json ?? payload, talk);
  }
  if (json !== undefined && json !== payload) return json;
  if (message.op === 1 && dialect === "v1") return json ?? redactAll(payload);
  if (dialect !== "v1" && loggingIn) {
    if (message.op !== 1 || message.incomplete) return redactAll(payload);
    const colon = payload.indexOf(0x3a);
    const secret = colon < 0 ? "" : toLatin1(payload.subarray(colon + 1));
    if (secret.length >= 4 && secret.length <= maxSecret && talk.logins.length < maxLogins)
      talk.logins.push({ secret, answers: maxAnswers });
    return redactPlainLogin(payload);
  }
  // Neither login nor message: half of one, which may hold anything.
  if (message.incomplete && dialect !== "plain") return redactAll(payload);
  return payload;
}

/** A server that is none of ours may say again what was hidden. */
function hideEcho(payload: Uint8Array, { logins }: Talk): Uint8Array {
  if (logins.length === 0) return payload;
  const text = toLatin1(payload);
  const shown = logins.reduce(
    (left, { secret }) => left.replaceAll(secret, "*".repeat(secret.length)),
    text,
  );
  return shown === text ? payload : fromLatin1(shown);
}

/** An answer was looked at. */
export function forgetLogins({ logins }: Talk): void {
  for (const login of logins) login.answers -= 1;
  while (logins[0]?.answers === 0) logins.shift();
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
