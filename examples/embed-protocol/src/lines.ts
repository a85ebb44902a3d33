import { createInterface } from "node:readline";
import type { Socket } from "node:net";

/** TCP has no close code, so the last line says it. */
export function closeLine({ code, reason }: { code: number; reason: string }): string {
  return `close ${code} ${reason}\n`;
}

export function readLines(socket: Socket, onLine: (text: string) => void): void {
  createInterface(socket).on("line", onLine);
}
