import type { HandshakeRecord, MessageRecord, WireRecord } from "@wsecho/wire";

/** A message that the client sent, as it is to be sent again. */
export interface Turn {
  readonly message: MessageRecord;
  /** How many messages of the server had come before it. */
  readonly after: number;
  /** Microseconds since the handshake was answered. */
  readonly at: number;
}

/** One connection of a capture, from the client's side. */
export interface Conversation {
  readonly conn: number;
  /** The request's target; `undefined` where the handshake is not in the capture. */
  readonly target: string | undefined;
  /** What the client offered. */
  readonly subprotocols: readonly string[];
  readonly turns: readonly Turn[];
  readonly replies: readonly MessageRecord[];
  /** What of the client's side cannot be sent again, in words. */
  readonly lacks: readonly string[];
}

/** Puts connections together from the records of a capture; what a proxy added is nobody's to repeat. */
export function createConversations(): {
  readonly push: (record: WireRecord) => void;
  readonly all: () => readonly Conversation[];
} {
  const known = new Map<number, Draft>();
  return {
    push(record) {
      if (record.k !== "handshake" && record.k !== "message") return;
      const draft = known.get(record.conn) ?? newDraft(record.conn);
      known.set(record.conn, draft);
      if (record.k === "handshake") takeHandshake(draft, record);
      else takeMessage(draft, record);
    },
    all: () => [...known.values()],
  };
}

interface Draft extends Conversation {
  target: string | undefined;
  subprotocols: readonly string[];
  readonly turns: Turn[];
  readonly replies: MessageRecord[];
  readonly lacks: string[];
  opened: number | undefined;
}

const newDraft = (conn: number): Draft => ({
  conn,
  target: undefined,
  subprotocols: [],
  turns: [],
  replies: [],
  lacks: [],
  opened: undefined,
});

function takeHandshake(draft: Draft, record: HandshakeRecord): void {
  if (record.dir === "s2c") {
    if (record.status === 101) draft.opened = record.us;
    return;
  }
  draft.target = record.target ?? "/";
  draft.subprotocols = record.headers
    .filter(([name]) => name.toLowerCase() === "sec-websocket-protocol")
    .flatMap(([, value]) => value.split(","))
    .map((name) => name.trim());
  if (record.redacted !== undefined)
    draft.lacks.push("the handshake held a secret that the capture hides; it is not sent");
}

function takeMessage(draft: Draft, message: MessageRecord): void {
  if (message.injected === true) return;
  if (message.dir === "s2c") {
    draft.replies.push(message);
    return;
  }
  if (message.cut !== undefined || message.incomplete === true) {
    draft.lacks.push(`message ${message.msg} is not whole in the capture, and is left out`);
    return;
  }
  if (isScram(message))
    draft.lacks.push(
      `message ${message.msg} is of a login by SCRAM, which answers a new challenge each time: it will be refused`,
    );
  else if (message.redacted !== undefined)
    draft.lacks.push(
      `message ${message.msg} is sent with stars for what the capture hides, as it may be a login; record with --reveal to send it as it was`,
    );
  draft.opened ??= message.us;
  const at = Math.max(0, message.us - draft.opened);
  draft.turns.push({ message, after: draft.replies.length, at });
}

/** What a redactor leaves of one tells it, too. */
function isScram({ text = "" }: MessageRecord): boolean {
  return /^\s*\{.*("mechanism"\s*:\s*"scram-|"type"\s*:\s*"response")/s.test(text);
}
