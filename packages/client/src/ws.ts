import type { IncomingMessage } from "node:http";
import WebSocket, { type ClientOptions as WsOptions } from "ws";
import { createLine } from "./line.ts";
import type { Transport } from "./socket/transport.ts";

export type { WsOptions };
export type { Socket, SocketListener, Transport } from "./socket/transport.ts";

/**
 * A transport over the `ws` package, for what the built-in WebSocket cannot do: request headers,
 * agents and proxies, TLS options, holding back a server that sends faster than we read, and the
 * server's own words when it refuses the handshake. No compression unless asked for.
 *
 * @param options those of `ws`: `headers`, `agent`, `ca`, `rejectUnauthorized`, …
 */
export function wsTransport(options: WsOptions = {}): Transport {
  return (url, protocols, listener) => {
    const socket = new WebSocket(url, [...protocols], { perMessageDeflate: false, ...options });
    /** What was already read when we paused; about one read of the TCP socket at most. */
    const held = createLine<() => void>();
    let paused = false;
    const isPaused = (): boolean => paused;
    let detail: string | undefined;
    const deliver = (act: () => void): void => {
      if (paused) held.push(act);
      else act();
    };

    socket.on("open", () => listener.opened(socket.protocol));
    socket.on("message", (raw: WebSocket.RawData, isBinary: boolean) => {
      const data = bytesOf(raw);
      // A copy, because `ws` may hand out a piece of a bigger buffer.
      if (isBinary) deliver(() => listener.message({ type: "binary", data: new Uint8Array(data) }));
      else {
        const text = data.toString();
        deliver(() => listener.message({ type: "text", text, bytes: data.byteLength }));
      }
    });
    socket.on("unexpected-response", (_request, response) => {
      readStart(response, (body) => {
        const status = `HTTP ${String(response.statusCode)} ${response.statusMessage ?? ""}`.trim();
        detail = `the server answered ${status}${body === "" ? "" : `: ${body}`}`;
        socket.terminate();
      });
    });
    socket.on("error", (error) => {
      detail ??= error.message === "" && "code" in error ? String(error.code) : error.message;
    });
    socket.on("close", (code, reason) => {
      deliver(() => listener.closed(code, reason.toString(), detail));
    });

    return {
      send: (data) => socket.send(data),
      close: (code, reason) => socket.close(code, reason),
      drop: () => socket.terminate(),
      pause: () => {
        paused = true;
        socket.pause();
      },
      resume: () => {
        paused = false;
        // What is delivered may pause again.
        while (!isPaused() && held.size() > 0) held.shift()?.();
        if (!isPaused()) socket.resume();
      },
    };
  };
}

function bytesOf(raw: WebSocket.RawData): Buffer {
  if (Array.isArray(raw)) return Buffer.concat(raw);
  return raw instanceof ArrayBuffer ? Buffer.from(raw) : raw;
}

/** Enough of a refusal to understand it. */
const maxBodyBytes = 512;

function readStart(response: IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let isDone = false;
  const finish = (): void => {
    if (isDone) return;
    isDone = true;
    done(Buffer.concat(chunks).subarray(0, maxBodyBytes).toString().trim());
  };
  response.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size >= maxBodyBytes) finish();
  });
  // "close" follows every end, also a broken one.
  response.on("error", finish);
  response.on("close", finish);
}
