import { timingSafeEqual } from "node:crypto";
import {
  closes,
  decodeClientMessage,
  encodeMessage,
  type ClientMessage,
  type ServerMessage,
} from "@wsecho/protocol";
import type { WebSocket } from "ws";

export interface WatcherOptions {
  readonly webSocket: WebSocket;
  readonly token: string;
  /** The lines that somebody who comes now begins with. */
  readonly beginning: () => readonly string[];
  readonly lostNote: (count: number) => string;
}

/** One who watches the feed. */
export interface Watcher {
  /** Lines of records; those that a slow watcher does not take are counted, and said. */
  readonly push: (lines: readonly string[]) => void;
}

/** What may wait for a watcher who does not read. */
const highWater = 8 * 1024 * 1024;
const maxAttempts = 3;
const authTimeoutMs = 10_000;

/** A session of the protocol's v1 dialect (PROTOCOL.md) that lets in who has the token, and no more. */
export function createWatcher(options: WatcherOptions): Watcher {
  const { webSocket, token } = options;
  let ready = false;
  let paused = false;
  let attempts = maxAttempts;
  let lastId = 0;
  let lost = 0;

  const say = (message: ServerMessage): void => webSocket.send(encodeMessage(message));
  const end = ({ code, reason }: { readonly code: number; readonly reason: string }): void =>
    webSocket.close(code, reason);
  const push = (lines: readonly string[]): void => {
    if (!ready || paused || lines.length === 0) return;
    if (webSocket.bufferedAmount > highWater) {
      lost += lines.length;
      return;
    }
    const all = lost === 0 ? lines : [options.lostNote(lost), ...lines];
    lost = 0;
    webSocket.send(Buffer.from(all.join("")), { binary: true });
  };

  const take = (message: ClientMessage): void => {
    switch (message.type) {
      case "ping":
        say({ type: "pong" });
        return;
      case "pong":
        return;
      case "auth": {
        clearTimeout(timer);
        if (message.mechanism === "token" && same(message.token, token)) {
          say({ type: "ok", user: "proxy" });
          if (ready) return;
          ready = true;
          push(options.beginning());
          return;
        }
        attempts -= 1;
        say({ type: "denied", attemptsLeft: attempts, retryAfterMs: 0 });
        if (attempts === 0) end(closes.tooManyAttempts);
        return;
      }
      case "response":
        end(closes.malformed);
        return;
      case "submit":
        if (!ready) end(closes.notAuthenticated);
        else if (message.id <= lastId) end(closes.outOfOrder);
        else {
          lastId = message.id;
          say({ type: "echo", id: message.id, text: JSON.stringify(obey(message.text)) });
        }
    }
  };

  /** Who has the token may see everything, so every watch is of all. */
  const obey = (text: string): object => {
    const command = readCommand(text);
    if (command === undefined)
      return { error: 'known: {"watch":"all"}, {"watch":"own"}, {"pause":true}, {"pause":false}' };
    paused = command.pause ?? paused;
    return { watch: "all", user: "proxy", paused };
  };

  webSocket.on("error", () => undefined);
  webSocket.on("message", (data: Buffer, isBinary) => {
    if (isBinary) {
      if (!ready) end(closes.notAuthenticated);
      return;
    }
    const message = decodeClientMessage(data.toString());
    if (message.ok) take(message.value);
    else end(closes.malformed);
  });
  const timer = setTimeout(() => {
    if (!ready) end(closes.loginTimeout);
  }, authTimeoutMs).unref();
  say({
    type: "hello",
    mechanisms: ["token"],
    limits: {
      maxMessageBytes: 65_536,
      maxLoginBytes: 65_536,
      maxAttempts,
      authTimeoutMs,
      idleTimeoutMs: 2 ** 31 - 1,
    },
    features: ["inspect"],
  });
  return { push };
}

function same(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function readCommand(text: string): { readonly pause?: boolean } | undefined {
  let command: unknown;
  try {
    command = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof command !== "object" || command === null) return undefined;
  const { watch, pause } = command as { readonly watch?: unknown; readonly pause?: unknown };
  if (typeof pause === "boolean") return { pause };
  return watch === undefined ? undefined : {};
}
