import { once } from "node:events";
import { WebSocket, type ClientOptions } from "ws";
import type { Payload } from "./payload.ts";
import type { Tally } from "./tally.ts";

/** No step of a conversation takes longer where the server is well; ms. */
export const patienceMs = 60_000;

/** An open connection. Rejects with what the server said instead. */
export async function open(
  url: string,
  protocols: readonly string[] = [],
  options: ClientOptions = {},
): Promise<WebSocket> {
  const socket = new WebSocket(url, [...protocols], { perMessageDeflate: false, ...options });
  const refused = new Promise<never>((_resolve, reject) => {
    socket.once("unexpected-response", (request, response) => {
      reject(new Error(`HTTP ${String(response.statusCode)}`));
      response.resume();
      request.destroy();
    });
    socket.once("close", (code) => reject(new Error(`closed with ${code}`)));
  });
  refused.catch(() => undefined);
  // Every one is followed by "close".
  socket.on("error", () => undefined);
  await within(Promise.race([once(socket, "open"), refused]), "no answer to the handshake");
  return socket;
}

/** The next message as text. */
export async function nextText(socket: WebSocket): Promise<string> {
  const closed = new Promise<never>((_resolve, reject) => {
    socket.once("close", (code) => reject(new Error(`closed with ${code}`)));
  });
  closed.catch(() => undefined);
  const [data] = (await within(Promise.race([once(socket, "message"), closed]), "no message")) as [
    Buffer,
  ];
  return data.toString();
}

export async function within<T>(promise: Promise<T>, problem: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(problem)), patienceMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export interface Conversation {
  readonly payloads: readonly Payload[];
  /** How many may wait for their answer at a time. */
  readonly inFlight: number;
  /** What stands before an echoed text. */
  readonly prefix: string;
  readonly tally: Tally;
}

interface Waiting {
  readonly text: boolean;
  readonly bytes: Buffer;
  readonly sentAtMs: number;
}

/**
 * Sends all, and compares every answer byte for byte and in order; then says goodbye, and sees that
 * nothing more comes. Everything that is not answered counts as lost. Resolves with the close code.
 */
export async function converse(
  socket: WebSocket,
  { payloads, inFlight, prefix, tally }: Conversation,
): Promise<number> {
  const waiting: Waiting[] = [];
  let before: Waiting | undefined;
  let next = 0;

  const isAnswer = (sent: Waiting, data: Buffer, isBinary: boolean): boolean =>
    sent.text !== isBinary && sent.bytes.equals(data);
  const fill = (): void => {
    while (waiting.length < inFlight && next < payloads.length) {
      const payload = payloads[next] ?? "";
      next += 1;
      const text = typeof payload === "string";
      const bytes = text ? Buffer.from(prefix + payload) : payload;
      waiting.push({ text, bytes, sentAtMs: performance.now() });
      tally.sent();
      socket.send(payload);
    }
    if (waiting.length === 0) socket.close(1000);
  };
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  socket.on("message", (data: Buffer, isBinary) => {
    const [expected] = waiting;
    if (expected !== undefined && isAnswer(expected, data, isBinary)) {
      waiting.shift();
      before = expected;
      tally.answered(performance.now() - expected.sentAtMs);
      fill();
    } else if (before !== undefined && isAnswer(before, data, isBinary)) tally.doubled();
    else {
      tally.corrupted();
      waiting.shift();
      fill();
    }
  });
  fill();
  try {
    const code = await within(closed, "not answered");
    if (waiting.length > 0) tally.lost(waiting.length, `closed with ${code}`);
    return code;
  } catch (error) {
    tally.lost(waiting.length + payloads.length - next, String(error));
    socket.terminate();
    throw error;
  }
}
