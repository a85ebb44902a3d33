import { once } from "node:events";
import { WebSocket } from "ws";
import { Mismatch } from "./failure.ts";

/** What came from the server. */
export type Received =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly data: Buffer }
  | { readonly kind: "close"; readonly code: number; readonly reason: string };

export interface Connection {
  readonly sendText: (text: string) => void;
  readonly sendBinary: (data: Uint8Array) => void;
  /** One text message, a frame for each part. */
  readonly sendFragments: (parts: readonly string[]) => void;
  /** A text message of any bytes. */
  readonly sendRawText: (bytes: Uint8Array) => void;
  readonly sendUnmasked: (text: string) => void;
  readonly close: (code: number, reason: string) => void;
  /** The next thing that came, or `undefined` after `ms`. */
  readonly next: (ms: number) => Promise<Received | undefined>;
  /** Ends the connection however it stands. */
  readonly cut: () => void;
}

/** A message that is larger than any server's limit ends the test rather than its memory. */
const maxPayload = 64 * 1024 * 1024;

/** Opens a connection; rejects with Mismatch where the server does not let it in. */
export async function connect(
  url: URL,
  protocols: readonly string[],
  timeoutMs: number,
): Promise<Connection> {
  const socket = new WebSocket(url, [...protocols], {
    perMessageDeflate: false,
    handshakeTimeout: timeoutMs,
    maxPayload,
  });
  const queue: Received[] = [];
  let wake: (() => void) | undefined;
  const push = (received: Received): void => {
    queue.push(received);
    wake?.();
  };
  // Before anything is awaited: a server may greet in the same segment as its handshake.
  socket.on("message", (data: Buffer, isBinary) =>
    push(isBinary ? { kind: "binary", data } : { kind: "text", text: data.toString() }),
  );
  socket.on("close", (code, reason) => push({ kind: "close", code, reason: reason.toString() }));
  // The close that follows tells as much; unheard, the event would end the process.
  socket.on("error", () => undefined);

  try {
    await once(socket, "open");
  } catch (error) {
    const offer = protocols.length === 0 ? "no subprotocol" : protocols.join(", ");
    const said = error instanceof Error ? error.message : String(error);
    throw new Mismatch(`an open connection (offering ${offer})`, `the error: ${said}`);
  }

  return {
    sendText: (text) => socket.send(text),
    sendBinary: (data) => socket.send(data, { binary: true }),
    sendFragments: (parts) =>
      parts.forEach((part, i) => socket.send(part, { fin: i === parts.length - 1 })),
    sendRawText: (bytes) => socket.send(bytes, { binary: false }),
    sendUnmasked: (text) => socket.send(text, { mask: false }),
    close: (code, reason) => socket.close(code, reason),
    next: async (ms) => {
      if (queue.length === 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = undefined;
      }
      return queue.shift();
    },
    cut: () => socket.terminate(),
  };
}

/** In one line, not redacted. */
export function show(received: Received | undefined): string {
  switch (received?.kind) {
    case undefined:
      return "nothing in time";
    case "text":
      return `text ${JSON.stringify(received.text)}`;
    case "binary": {
      const hex = received.data.subarray(0, 32).toString("hex");
      return `binary ${hex}${received.data.length > 32 ? "…" : ""} (${received.data.length} bytes)`;
    }
    case "close":
      return `close ${received.code} ${received.reason}`.trimEnd();
  }
}
