import { setTimeout as sleep } from "node:timers/promises";
import { retryDelay, SessionError, type Message, type SessionEvent } from "@wsecho/client";
import { retryAfterClose, type Frame, type Result, type StopReason } from "@wsecho/protocol";
import type WebSocket from "ws";
import type { Channel } from "./channel.ts";
import type { OpenSocket } from "./socket.ts";

export interface BareOptions {
  readonly opened: OpenSocket;
  /** Opens another connection after this one broke; `null` where that is the end. */
  readonly reopen: (() => Promise<Result<OpenSocket, StopReason>>) | null;
  /** How often in a row; a connection over which something came, or that lasted, begins the count anew. */
  readonly maxRetries: number;
  /** The WebSocket under the present connection: it knows when a message has left. */
  readonly live: () => WebSocket | null;
  readonly onEvent: (event: SessionEvent) => void;
}

/** More than this unread, and the server is held back. */
const maxUnread = { messages: 512, bytes: 8 * 1024 * 1024 };
/** More than this unsent, and a `send` waits. */
const maxUnsentBytes = 1024 * 1024;
/** Of so much it is known when it left, to find out how long an echo took. */
const maxRemembered = { messages: 10_000, characters: 16 * 1024 * 1024 };
const closeTimeoutMs = 3000;
/** After so long a connection counts as one that works, though nothing came. */
const lastingMs = 10_000;
/** In milliseconds, never going back; the first look at `performance` loads all of `perf_hooks`. */
const now = (): number => process.uptime() * 1000;

/** Messages over a WebSocket of any server: no login, no ids, each message as it is. */
export function createBare(options: BareOptions): Channel {
  const { reopen, maxRetries, live, onEvent } = options;
  const unread: Message[] = [];
  const sent: { readonly payload: string; readonly at: number }[] = [];
  const ended = Promise.withResolvers<StopReason>();
  const leaving = new AbortController();
  let current: OpenSocket | null = null;
  let connected = Promise.withResolvers<undefined>();
  let rememberedCharacters = 0;
  let unreadBytes = 0;
  let paused = false;
  let over: StopReason | null = null;
  let wake = (): void => undefined;
  let lastId = 0;
  let retries = 0;

  const flow = (): void => {
    const full = unread.length >= maxUnread.messages || unreadBytes >= maxUnread.bytes;
    if (current === null || full === paused) return;
    paused = full;
    if (full) current.socket.pause?.();
    else current.socket.resume?.();
  };
  const receive = (frame: Frame): void => {
    const isText = frame.type === "text";
    const key = isText ? `t${frame.text}` : `b${Buffer.from(frame.data).toString("latin1")}`;
    // An echo is the oldest message that it equals; what is between them had none.
    const index = sent.findIndex(({ payload }) => payload === key);
    const settled = sent.splice(0, index + 1);
    for (const { payload } of settled) rememberedCharacters -= payload.length;
    const mine = settled.at(-1);
    const rtt = mine === undefined ? {} : { rttMs: now() - mine.at };
    unread.push(
      isText
        ? { kind: "text", text: frame.text, ...rtt }
        : { kind: "binary", data: frame.data, ...rtt },
    );
    unreadBytes += isText ? frame.text.length : frame.data.byteLength;
    flow();
    wake();
  };
  const remember = (payload: string | Uint8Array): void => {
    const characters = rememberedCharacters + payload.length + 1;
    if (sent.length >= maxRemembered.messages || characters > maxRemembered.characters) return;
    rememberedCharacters = characters;
    sent.push({
      payload:
        typeof payload === "string" ? `t${payload}` : `b${Buffer.from(payload).toString("latin1")}`,
      at: now(),
    });
  };
  const finish = (reason: StopReason): void => {
    if (over !== null) return;
    over = reason;
    current = null;
    connected.resolve(undefined);
    wake();
    ended.resolve(reason);
  };
  const use = (opened: OpenSocket): void => {
    current = opened;
    paused = false;
    sent.length = 0;
    rememberedCharacters = 0;
    const since = now();
    let heard = false;
    onEvent({ type: "status", status: { kind: "ready", dialect: "plain" } });
    connected.resolve(undefined);
    opened.listen({
      message: (frame) => {
        heard = true;
        receive(frame);
      },
      closed: (code, reason) => {
        if (current !== opened) return;
        // A server that lets us in only to cut us off gets no more tries than one that does not.
        if (heard || now() - since > lastingMs) retries = 0;
        current = null;
        connected = Promise.withResolvers();
        onEvent({ type: "closed", code, reason });
        const mayReturn = code !== 1008 && retryAfterClose(code, reason) !== "never";
        if (leaving.signal.aborted) finish({ kind: "left" });
        else if (reopen !== null && mayReturn) void comeBack({ kind: "closed", code, reason });
        else finish({ kind: "closed", code, reason });
      },
    });
  };
  const comeBack = async (why: StopReason): Promise<void> => {
    let last = why;
    while (reopen !== null && retries < maxRetries) {
      const retryInMs = retryDelay(retries, Math.random);
      retries += 1;
      onEvent({ type: "status", status: { kind: "waiting", dialect: "plain", retryInMs } });
      await sleep(retryInMs, undefined, { signal: leaving.signal }).catch(() => undefined);
      const opened = leaving.signal.aborted ? null : await reopen();
      if (opened?.ok === true && over !== null) {
        opened.value.socket.drop();
        return;
      }
      if (opened?.ok === true) {
        use(opened.value);
        return;
      }
      last = opened?.error ?? { kind: "left" };
      if (last.kind === "left" || last.kind === "refused") break;
    }
    finish(last);
  };
  use(options.opened);

  async function send(payload: string | Uint8Array): Promise<void> {
    while (current === null && over === null) await connected.promise;
    if (current === null)
      throw new SessionError({ kind: "unsent" }, "The message was not sent: the connection ended.");
    const { socket } = current;
    lastId += 1;
    const isText = typeof payload === "string";
    remember(payload);
    onEvent({
      type: "sent",
      id: lastId,
      payload: isText ? { kind: "text", text: payload } : { kind: "binary", data: payload },
      resent: false,
    });
    socket.send(payload);
    const websocket = live();
    if (websocket !== null && websocket.bufferedAmount > maxUnsentBytes)
      await drained(websocket, ended.promise);
  }

  async function* messages(): AsyncGenerator<Message, void, undefined> {
    for (;;) {
      const message = unread.shift();
      if (message !== undefined) {
        unreadBytes -= message.kind === "text" ? message.text.length : message.data.byteLength;
        flow();
        yield message;
      } else if (over !== null) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }

  return {
    status: { dialect: "none" },
    closed: ended.promise,
    send,
    close: async ({ code = 1000, reason = "" } = {}) => {
      leaving.abort();
      const { socket } = current ?? {};
      if (socket === undefined) finish(over ?? { kind: "left" });
      else {
        // Whoever is held back cannot say goodbye.
        socket.resume?.();
        socket.close(code, reason);
        const impatience = setTimeout(() => {
          socket.drop();
          finish({ kind: "left" });
        }, closeTimeoutMs);
        await ended.promise;
        clearTimeout(impatience);
      }
      return ended.promise;
    },
    [Symbol.asyncIterator]: messages,
  };
}

/** Looks every few milliseconds: `ws` has no event for it. */
async function drained(socket: WebSocket, end: Promise<unknown>): Promise<void> {
  const left = new Promise<void>((resolve) => {
    const poll = setInterval(() => {
      if (socket.readyState === socket.OPEN && socket.bufferedAmount > maxUnsentBytes / 2) return;
      clearInterval(poll);
      resolve();
    }, 5);
    void end.then(() => clearInterval(poll));
  });
  await Promise.race([left, end]);
}
