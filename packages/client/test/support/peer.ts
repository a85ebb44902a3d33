import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { encodeMessage, plainTexts, type ServerMessage } from "@wsecho/protocol";
import { onTestFinished } from "vitest";
import { WebSocketServer, type ServerOptions, type WebSocket } from "ws";

/** A WebSocket server whose every word is the test's. */
export interface Peer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Every socket that was ever opened, oldest first. */
  readonly sockets: readonly WebSocket[];
}

/** It ends with the test that started it, at the latest. */
export async function startPeer(
  talk: (socket: WebSocket, request: IncomingMessage) => void,
  options: ServerOptions = {},
): Promise<Peer> {
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    handleProtocols: (offers) => offers.values().next().value ?? false,
    ...options,
  });
  const sockets: WebSocket[] = [];
  server.on("connection", (socket, request) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    talk(socket, request);
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const end = async (): Promise<void> => {
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(end);
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${String(port)}`, port, sockets, [Symbol.asyncDispose]: end };
}

export const hello = {
  type: "hello",
  mechanisms: ["plain", "token"],
  limits: {
    maxMessageBytes: 1024 * 1024,
    maxLoginBytes: 8192,
    maxAttempts: 5,
    authTimeoutMs: 30_000,
    idleTimeoutMs: 3_600_000,
  },
  features: [],
} as const satisfies ServerMessage;

export function say(socket: WebSocket, ...messages: readonly ServerMessage[]): void {
  for (const message of messages) socket.send(encodeMessage(message));
}

/** What a client said; `binary` is not a v1 type, but a binary message. */
export interface Said {
  readonly type: string;
  readonly id?: number;
  readonly text?: string;
  readonly data?: Uint8Array;
}

/** Speaks v1, takes every login, and echoes; where `answer` returns true it has answered itself. */
export function speakV1(socket: WebSocket, answer: (said: Said) => boolean = () => false): void {
  say(socket, hello);
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    const said = isBinary
      ? { type: "binary", data: new Uint8Array(data) }
      : (JSON.parse(data.toString()) as Said);
    if (answer(said)) return;
    if (said.type === "binary") socket.send(data);
    if (said.type === "auth") say(socket, { type: "ok", user: "admin" });
    if (said.type === "ping") say(socket, { type: "pong" });
    const { id, text } = said;
    if (id !== undefined && text !== undefined) say(socket, { type: "echo", id, text });
  });
}

/** Behaves as the article's server: silent, then a verdict, then the prefixed echo. */
export function speakPlain(socket: WebSocket): void {
  let accepted = false;
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (accepted) {
      if (isBinary) socket.send(data);
      else socket.send(plainTexts.prefix + data.toString());
      return;
    }
    accepted = !isBinary && data.toString() === "admin:123456";
    socket.send(accepted ? plainTexts.accepted : plainTexts.refused);
  });
}
