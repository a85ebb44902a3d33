import { setTimeout as sleep } from "node:timers/promises";
import { decodeServerMessage, type DialectName } from "@wsecho/protocol";
import { fillIn, mismatch, type JsonObject, type Setting } from "@wsecho/protocol/vectors";
import { connect, show, type Connection, type Received } from "./connection.ts";
import { Mismatch, Skip } from "./failure.ts";
import type { Target } from "./target.ts";

/** How long nothing may come before that counts as silence; ms. */
const quietMs = 150;

export interface Close {
  readonly code: number;
  readonly reason?: string;
}

/** The connections of one vector, and what is said on the newest. All reject with Mismatch. */
export interface Conversation {
  readonly dialect: () => DialectName;
  readonly connect: (protocols: readonly string[]) => Promise<void>;
  readonly sendText: (text: string) => void;
  /** Also waits where the server asked to, before a login. */
  readonly sendJson: (message: JsonObject) => Promise<void>;
  readonly sendBinary: (data: Buffer) => void;
  /** Frames that a well-behaved library sends only when told to. */
  readonly sendOddly: (what: string, send: (connection: Connection) => void) => void;
  readonly takeText: (expected: string) => Promise<void>;
  readonly takeJson: (expected: JsonObject) => Promise<Readonly<Record<string, unknown>>>;
  readonly takeBinary: (expected: Buffer) => Promise<void>;
  readonly takeClose: (expected: Close) => Promise<void>;
  readonly takeQuiet: () => Promise<void>;
  readonly close: (close: Required<Close>) => void;
  /** Waits without counting it to the vector's time. */
  readonly pause: (ms: number) => Promise<void>;
  /** Closes what is open: nothing may be left over. */
  readonly finish: () => Promise<void>;
  readonly cut: () => void;
}

/** @param log gets every message as it goes or comes, not redacted */
export function createConversation(
  target: Target,
  setting: Setting,
  log: (line: string) => void,
): Conversation {
  const opened: Connection[] = [];
  let connection: Connection | undefined;
  let dialect: DialectName = "plain";
  let deadline = Date.now() + target.timeoutMs;
  let mayLogInAt = 0;
  let ended = false;

  const current = (): Connection => {
    if (connection === undefined) throw new Error("the script does not begin with connect");
    return connection;
  };

  async function receive(): Promise<Received | undefined> {
    const received = await current().next(Math.max(0, deadline - Date.now()));
    if (received !== undefined) log(`S: ${show(received)}`);
    return received;
  }

  async function receiveText(expected: string): Promise<string> {
    const received = await receive();
    if (received?.kind !== "text") throw new Mismatch(expected, show(received));
    if (dialect === "v1") {
      // Whatever a script looks at, a v1 text has to be a message.
      const decoded = decodeServerMessage(received.text);
      if (!decoded.ok)
        throw new Mismatch("a v1 message", `${show(received)}, in which ${decoded.error}`);
      if (decoded.value.type === "denied") mayLogInAt = Date.now() + decoded.value.retryAfterMs;
    }
    return received.text;
  }

  async function pause(ms: number): Promise<void> {
    deadline += ms;
    await sleep(ms);
  }

  async function respectDelay(): Promise<void> {
    const ms = mayLogInAt - Date.now();
    if (ms > target.maxWaitMs)
      throw new Skip(`the server asks to wait ${ms} ms before the next login; see --max-wait`);
    if (ms > 0) await pause(ms);
  }

  function sendText(text: string): void {
    log(`C: ${show({ kind: "text", text })}`);
    current().sendText(text);
  }

  async function takeClose({ code, reason }: Close): Promise<void> {
    let received = await receive();
    // Where the script does not ask for it, a v1 server still says why.
    if (dialect === "v1" && received?.kind === "text") {
      const decoded = decodeServerMessage(received.text);
      if (decoded.ok && decoded.value.type === "error" && decoded.value.code === code)
        received = await receive();
    }
    ended = true;
    const fits =
      received?.kind === "close" &&
      received.code === code &&
      (reason === undefined || received.reason === reason);
    if (!fits)
      throw new Mismatch(show({ kind: "close", code, reason: reason ?? "" }), show(received));
  }

  return {
    dialect: () => dialect,
    connect: async (protocols) => {
      dialect = protocols.length === 0 ? "plain" : "v1";
      ended = false;
      mayLogInAt = 0;
      log(`[connects${protocols.length === 0 ? "" : ` with ${protocols.join(", ")}`}]`);
      connection = await connect(target.url, protocols, Math.max(1, deadline - Date.now()));
      opened.push(connection);
    },
    sendText,
    sendJson: async (message) => {
      if (message["type"] === "auth") await respectDelay();
      sendText(JSON.stringify(fillIn(message, setting)));
    },
    sendBinary: (data) => {
      log(`C: ${show({ kind: "binary", data })}`);
      current().sendBinary(data);
    },
    sendOddly: (what, send) => {
      log(`C: ${what}`);
      send(current());
    },
    takeText: async (expected) => {
      const wanted = show({ kind: "text", text: expected });
      const text = await receiveText(wanted);
      if (text !== expected) throw new Mismatch(wanted, show({ kind: "text", text }));
    },
    takeJson: async (expected) => {
      const wanted = `a text like ${JSON.stringify(fillIn(expected, setting))}`;
      const text = await receiveText(wanted);
      const message = JSON.parse(text) as Readonly<Record<string, unknown>>;
      const found = mismatch(expected, message, setting);
      if (found !== undefined) throw new Mismatch(wanted, `${text}, where ${found}`);
      return message;
    },
    takeBinary: async (expected) => {
      const received = await receive();
      if (received?.kind !== "binary" || !received.data.equals(expected))
        throw new Mismatch(show({ kind: "binary", data: expected }), show(received));
    },
    takeClose,
    takeQuiet: async () => {
      const received = await current().next(quietMs);
      if (received !== undefined) throw new Mismatch("silence", show(received));
    },
    close: ({ code, reason }) => {
      log(`C: close ${code} ${reason}`);
      current().close(code, reason);
    },
    pause,
    finish: async () => {
      if (ended) return;
      current().close(1000, "");
      // The answer comes behind everything that was said before, so an echo too many shows here.
      const received = await receive();
      if (received?.kind !== "close" || received.code !== 1000)
        throw new Mismatch("nothing more, and an answer to close 1000", show(received));
    },
    cut: () => {
      for (const each of opened) each.cut();
    },
  };
}
