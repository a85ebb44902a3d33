import { setTimeout as sleep } from "node:timers/promises";
import { createRedactor, type MessageRecord } from "@wsecho/wire";
import { WebSocket, type RawData } from "ws";
import type { ExitName } from "../exit.ts";
import type { Conversation } from "./conversation.ts";

export interface Playing {
  /** How many times faster than in the capture; `null`: each message after the replies before it. */
  readonly speed: number | null;
  /** Seconds. */
  readonly timeout: number;
  readonly quiet?: boolean;
  readonly reveal?: boolean;
  /** As it may be shown. */
  readonly url: string;
  /** A wish to leave. */
  readonly signal: AbortSignal;
  /** A reply. */
  readonly print: (text: string) => void;
  readonly say: (text: string) => void;
  /** What a person must know. */
  readonly warn: (text: string) => void;
}

/** Bytes that may wait for the server before no more are put on top. */
const maxUnsent = 1024 * 1024;
/** How long a goodbye may take. */
const closeTimeoutMs = 2000;

/** Plays one conversation over a socket that is about to open, compares what comes, and leaves. */
export async function play(
  socket: WebSocket,
  conversation: Conversation,
  playing: Playing,
): Promise<ExitName> {
  const gone = new Promise((resolve) => socket.once("close", resolve));
  try {
    return await converse(socket, conversation, playing);
  } finally {
    if (socket.readyState === WebSocket.OPEN) socket.close(1000);
    const impatience = setTimeout(() => socket.terminate(), closeTimeoutMs);
    // A handshake that is cut off closes, too.
    if (socket.readyState === WebSocket.CONNECTING) socket.terminate();
    await gone;
    clearTimeout(impatience);
  }
}

async function converse(
  socket: WebSocket,
  { turns, replies }: Conversation,
  { speed, timeout, quiet = false, reveal = false, url, signal, print, say, warn }: Playing,
): Promise<ExitName> {
  const got: MessageRecord[] = [];
  const redactor = createRedactor({ reveal });
  let wake = Promise.withResolvers<undefined>();
  let ended: ExitName | undefined;
  const end = new AbortController();
  const ending = new Promise((resolve) => end.signal.addEventListener("abort", resolve));
  const stop = (why: ExitName): void => {
    ended ??= why;
    end.abort();
    wake.resolve(undefined);
  };
  socket.on("message", (data: RawData, isBinary: boolean) => {
    const record = toRecord(data as Buffer, isBinary, got.length + 1);
    got.push(record);
    if (!quiet)
      for (const shown of redactor.push(record))
        if (shown.k === "message") print(shown.text ?? toHex(shown.data));
    wake.resolve(undefined);
    wake = Promise.withResolvers();
  });
  socket.on("close", (code, reason) => {
    if (ended === undefined) warn(`the server closed: ${code} ${reason.toString()}`.trimEnd());
    stop(code === 1006 ? "broken" : "closed");
  });
  socket.on("unexpected-response", (request, { statusCode }) => {
    warn(`the server refused the handshake: HTTP ${statusCode ?? 0}`);
    stop("handshake");
    request.destroy();
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    if (ended !== undefined) return;
    warn(
      error.code === "ECONNREFUSED"
        ? `nothing listens at ${url}; start the server, or check the port`
        : `no connection: ${error.code ?? error.message}; wsecho doctor ${url} looks for the reason`,
    );
    stop("unreachable");
  });
  const leave = (): void => stop("interrupted");
  signal.addEventListener("abort", leave);
  socket.once("close", () => signal.removeEventListener("abort", leave));
  if (signal.aborted) leave();
  socket.on("open", () => wake.resolve(undefined));

  /** Waits for so many replies. */
  const replied = async (count: number): Promise<boolean> => {
    const deadline = AbortSignal.timeout(timeout * 1000);
    const late = new Promise<undefined>((resolve) => {
      deadline.addEventListener("abort", () => resolve(undefined));
    });
    while (got.length < count && ended === undefined && !deadline.aborted)
      await Promise.race([wake.promise, late]);
    return got.length >= count;
  };

  while (socket.readyState === WebSocket.CONNECTING && ended === undefined) {
    await wake.promise;
    wake = Promise.withResolvers();
  }
  const begin = performance.now();
  for (const [i, { message, after, at }] of turns.entries()) {
    if (speed === null) {
      if (!(await replied(after)) && ended === undefined)
        warn(`reply ${got.length + 1} did not come within ${timeout} s; going on without it`);
    } else {
      const early = at / 1000 / speed - (performance.now() - begin);
      if (early > 0) await sleep(early, undefined, { signal: end.signal }).catch(() => undefined);
    }
    if (ended !== undefined) {
      const left = turns.length - i;
      warn(`${count(left, "message")} ${left === 1 ? "was" : "were"} not sent`);
      return ended;
    }
    // Whatever logs in by it, a server may say again.
    redactor.push({ ...message, conn: 1 });
    const sent = new Promise<void>((resolve) => {
      const binary = message.op === 2;
      socket.send(message.data ?? message.text ?? "", { binary }, () => resolve());
    });
    if (socket.bufferedAmount > maxUnsent) await Promise.race([sent, ending]);
  }
  await replied(replies.length);
  if (ended !== undefined && got.length < replies.length) return ended;
  ended ??= "ok";
  return compare(got, replies, { say, warn });
}

function compare(
  got: readonly MessageRecord[],
  replies: readonly MessageRecord[],
  { say, warn }: Pick<Playing, "say" | "warn">,
): ExitName {
  const other = got.filter((reply, i) => {
    const was = replies[i];
    return was === undefined || was.text !== reply.text || !sameBytes(was.data, reply.data);
  }).length;
  const missing = Math.max(0, replies.length - got.length);
  const same = other + missing === 0;
  (same ? say : warn)(
    `${count(got.length, "reply", "replies")}, ${other} of them not as in the capture` +
      (missing === 0 ? "" : `, ${missing} missing`),
  );
  return same ? "ok" : "expectation";
}

export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n} ${n === 1 ? one : many}`;

const sameBytes = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  Buffer.from(a ?? []).equals(Buffer.from(b ?? []));

function toRecord(data: Buffer, isBinary: boolean, msg: number): MessageRecord {
  return {
    k: "message",
    t: 0,
    us: 0,
    conn: 1,
    at: "client",
    dir: "s2c",
    msg,
    op: isBinary ? 2 : 1,
    frames: [msg, msg],
    parts: 1,
    len: data.length,
    wire: data.length,
    compressed: false,
    ...(isBinary ? { data } : { text: data.toString() }),
    lint: [],
  };
}

const toHex = (bytes: Uint8Array = new Uint8Array()): string => Buffer.from(bytes).toString("hex");
