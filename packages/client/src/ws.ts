import WebSocket, { type ClientOptions as WsOptions } from "ws";
import type { Socket, Transport } from "./socket/transport.ts";

export type { WsOptions };
export type { Socket, SocketListener, Transport } from "./socket/transport.ts";

/**
 * A transport over the `ws` package, for what the built-in WebSocket cannot do: request headers,
 * agents and proxies, TLS options, and holding back a server that sends faster than we read.
 *
 * @param options those of `ws`: `headers`, `agent`, `ca`, `rejectUnauthorized`, …
 */
export function wsTransport(options: WsOptions = {}): Transport {
  return (url, protocols, listener) => {
    const socket = new WebSocket(url, [...protocols], { perMessageDeflate: false, ...options });
    let detail: string | undefined;
    socket.on("open", () => listener.opened(socket.protocol));
    socket.on("message", (raw: WebSocket.RawData, isBinary: boolean) => {
      const data = bytesOf(raw);
      if (isBinary) listener.message({ type: "binary", data: new Uint8Array(data) });
      else listener.message({ type: "text", text: data.toString(), bytes: data.byteLength });
    });
    socket.on("error", (error: Error) => {
      detail = error.message;
    });
    socket.on("close", (code, reason) => listener.closed(code, reason.toString(), detail));
    return {
      send: (data) => socket.send(data),
      close: (code, reason) => socket.close(code, reason),
      drop: () => socket.terminate(),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
    } satisfies Socket;
  };
}

function bytesOf(raw: WebSocket.RawData): Buffer {
  if (Array.isArray(raw)) return Buffer.concat(raw);
  return raw instanceof ArrayBuffer ? Buffer.from(raw) : raw;
}
