import { setTimeout as delay } from "node:timers/promises";
import type { Remains } from "./probe.ts";
import type { SoakServer } from "./server.ts";

const giveUpMs = 60_000;

/** Waits until the server has nobody left; then what remains in it. Throws where it keeps somebody. */
export async function whenQuiet(server: SoakServer): Promise<Remains> {
  const giveUpAt = performance.now() + giveUpMs;
  for (;;) {
    const numbers = await server.numbers();
    const connections = numbers["wsecho_connections"] ?? NaN;
    const sessions = numbers["wsecho_sessions"] ?? NaN;
    if (connections === 0 && sessions === 0) return server.remains();
    if (performance.now() > giveUpAt)
      throw new Error(`the server keeps ${connections} connections and ${sessions} sessions`);
    await delay(200);
  }
}
