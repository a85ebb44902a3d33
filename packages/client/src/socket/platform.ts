import { utf8Length } from "@wsecho/protocol";
import type { Transport } from "./transport.ts";

/** The `WebSocket` of the browser, Node 22 and later, Deno, Bun or a worker. It cannot be paused. */
export const platformTransport: Transport = (url, protocols, listener) => {
  if (typeof globalThis.WebSocket !== "function") {
    throw new Error(
      "this platform has no WebSocket; use Node 22 or later, or pass transport: wsTransport() " +
        "from @wsecho/client/ws",
    );
  }
  const socket = new WebSocket(url, [...protocols]);
  socket.binaryType = "arraybuffer";
  let opened = false;
  let detail: string | undefined;
  socket.addEventListener("open", () => {
    opened = true;
    listener.opened(socket.protocol, socket.extensions);
  });
  socket.addEventListener("message", (event) => {
    const data: unknown = event.data;
    if (typeof data === "string")
      listener.message({ type: "text", text: data, bytes: utf8Length(data) });
    else if (data instanceof ArrayBuffer)
      listener.message({ type: "binary", data: new Uint8Array(data) });
  });
  socket.addEventListener("error", (event) => {
    detail = detailOf(event);
  });
  socket.addEventListener("close", ({ code, reason }) => {
    if (opened) listener.closed(code, reason);
    else listener.closed(code, reason, detail ?? "the platform's WebSocket does not tell why");
  });
  return {
    send: (data) => {
      // A close that has begun is told later. Until then a browser would drop this as well, and write
      // an error to its console.
      if (socket.readyState < WebSocket.CLOSING)
        socket.send(data as string | Uint8Array<ArrayBuffer>);
    },
    close: (code, reason) => socket.close(code, reason),
    drop: () => socket.close(),
  };
};

/** Browsers hide the cause from scripts, and Node mostly does too. */
function detailOf(event: Event): string | undefined {
  const error: unknown = "error" in event ? event.error : undefined;
  return error instanceof Error && error.message !== "" ? error.message : undefined;
}
