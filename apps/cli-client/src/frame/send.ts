import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { swallow } from "../connection/swallow.ts";
import { encodeFrame, type Step } from "./frame.ts";

/**
 * Writes what nobody else would write, past `ws`, which goes on to read, to answer pings and to say
 * goodbye; but not behind a close frame of ours, where nothing may come any more.
 *
 * @param signal the connection has ended, or nobody wants it
 */
export async function sendSteps(
  socket: Socket,
  steps: readonly Step[],
  signal: AbortSignal,
): Promise<void> {
  const write = socket.write.bind(socket);
  for (const step of steps) {
    if (signal.aborted || !socket.writable) return;
    if (step.kind === "wait") {
      await sleep(step.ms, undefined, { signal }).catch(() => undefined);
      continue;
    }
    const bytes =
      step.kind === "bytes" ? step.bytes : encodeFrame(step.frame, () => randomBytes(4));
    if (step.kind === "frame" && step.frame.opcode === 8) socket.write = swallow;
    await new Promise<void>((resolve) => write(bytes, () => resolve()));
  }
}
