import { retryDelay, type StopReason } from "@wsecho/client";
import { closes, retryAfterClose, type Payload } from "@wsecho/protocol";
import { createRawEcho } from "../session/raw-echo.ts";
import type { PageEvent, PageStatus } from "../session/view.ts";
import type { Conversation } from "./conversation.ts";

export type OpenSocket = (url: string, protocols: readonly string[]) => WebSocket;

interface RawOptions {
  readonly url: string;
  readonly protocols: readonly string[];
  readonly reconnect: boolean;
  readonly open: OpenSocket;
  readonly emit: (event: PageEvent) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The same limits as the session library's. */
const connectTimeoutMs = 10_000;
const closeTimeoutMs = 5000;
/** After so long a connection counts as one that works, though nothing came. */
const lastingMs = 10_000;

/** Talks to any WebSocket server: no login, no ids; what comes is shown as it comes. */
export function createRawConversation(options: RawOptions): Conversation {
  const { url, protocols, reconnect, open, emit, now } = options;
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let echo = createRawEcho();
  let nextId = 1;
  let retries = 0;
  let leaving = false;

  const say = (kind: PageStatus["kind"], more: Partial<PageStatus> = {}): void =>
    emit({ type: "status", status: { kind, dialect: "raw", ...more } });
  const unanswered = (ids: readonly number[]): void =>
    ids.forEach((id) => emit({ type: "unanswered", id }));

  function stop(reason: StopReason): void {
    clearTimeout(timer);
    socket = null;
    say("stopped", { reason });
  }

  /** Later, or not at all, where nobody wants it or nothing was there before. */
  function comeBack(reason: StopReason, wasOpen: boolean): void {
    clearTimeout(timer);
    socket = null;
    if (leaving) stop({ kind: "left" });
    else if (!reconnect || (!wasOpen && retries === 0) || isFinal(reason)) stop(reason);
    else {
      const retryInMs = retryDelay(retries, Math.random);
      retries += 1;
      timer = setTimeout(connect, retryInMs);
      say("waiting", { retryInMs, reason });
    }
  }

  function connect(): void {
    say("connecting");
    let mine: WebSocket;
    try {
      mine = open(url, protocols);
    } catch (error) {
      stop({ kind: "unreachable", detail: error instanceof Error ? error.message : String(error) });
      return;
    }
    const began = now();
    mine.binaryType = "arraybuffer";
    socket = mine;
    let openedAt: number | null = null;
    let heard = false;
    timer = setTimeout(() => {
      if (socket !== mine) return;
      socket = null;
      mine.close();
      comeBack({ kind: "timeout", phase: "connect" }, false);
    }, connectTimeoutMs);
    mine.addEventListener("open", () => {
      if (socket !== mine) return;
      clearTimeout(timer);
      openedAt = performance.now();
      echo = createRawEcho();
      const { protocol, extensions } = mine;
      const tookMs = now() - began;
      emit({ type: "upgraded", offered: protocols, protocol, extensions, tookMs });
      say("ready");
    });
    mine.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (socket !== mine) return;
      heard = true;
      receive(payloadOf(data));
    });
    mine.addEventListener("close", ({ code, reason }) => {
      if (socket !== mine) return;
      if (openedAt === null) {
        comeBack({ kind: "unreachable", detail: "" }, false);
        return;
      }
      // A server that lets us in only to cut us off is asked no more often than one that does not.
      if (heard || performance.now() - openedAt > lastingMs) retries = 0;
      emit({ type: "closed", code, reason });
      comeBack({ kind: "closed", code, reason }, true);
    });
  }

  function receive(payload: Payload): void {
    const answer = echo.answered(payload, performance.now());
    if (answer === null) {
      emit({ type: "received", payload });
      return;
    }
    const { id, rttMs, passed } = answer;
    unanswered(passed);
    emit({ type: "settled", id, outcome: { kind: "echoed", payload }, rttMs });
  }

  // Later, so that the first event finds the caller with the conversation in hand.
  queueMicrotask(() => {
    if (!leaving) connect();
  });
  return {
    send: (payload) => {
      if (socket?.readyState !== WebSocket.OPEN) {
        emit({ type: "neverSent", payload });
        return;
      }
      const id = nextId++;
      emit({ type: "sent", id, payload, resent: false });
      unanswered(echo.sent(id, payload, performance.now()));
      socket.send(
        payload.kind === "text" ? payload.text : (payload.data as Uint8Array<ArrayBuffer>),
      );
    },
    close: () => {
      if (leaving) return;
      leaving = true;
      const mine = socket;
      if (mine === null) {
        stop({ kind: "left" });
        return;
      }
      say("closing");
      const { code, reason } = closes.userExit;
      mine.close(code, reason);
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (socket === mine) stop({ kind: "left" });
      }, closeTimeoutMs);
    },
  };
}

/** The server said that it is over, and not only for now. */
function isFinal(reason: StopReason): boolean {
  return reason.kind === "closed" && retryAfterClose(reason.code, reason.reason) === "never";
}

function payloadOf(data: unknown): Payload {
  return typeof data === "string"
    ? { kind: "text", text: data }
    : { kind: "binary", data: new Uint8Array(data as ArrayBuffer) };
}
