import type { Socket } from "node:net";
import { createDecoder, createRedactor } from "@wsecho/wire";
import { createRows } from "./rows.ts";
import { tapSocket } from "./tap.ts";

/** Says each frame of a connection, from its first byte; login messages are hidden. */
export function watchFrames(socket: Socket, say: (text: string) => void): void {
  const redactor = createRedactor();
  const rows = createRows({
    bytes: false,
    bits: true,
    fold: false,
    columns: () => undefined,
    paint: (_style, text) => text,
  });
  const decoder = createDecoder({
    at: "client",
    emit: (record) => {
      for (const shown of redactor.push(record)) for (const row of rows.push(shown)) say(row);
    },
  });
  tapSocket(socket, decoder);
}
