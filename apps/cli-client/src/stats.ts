import type { Message, SessionEvent } from "@wsecho/client";
import { payloadBytes } from "./payload.ts";

/** How much went and came. */
export interface Stats {
  readonly take: (event: SessionEvent) => void;
  readonly received: (message: Message) => void;
  readonly describe: () => string;
}

export function createStats(): Stats {
  const out = { messages: 0, bytes: 0 };
  const back = { messages: 0, bytes: 0 };
  let answered = 0;
  let totalMs = 0;
  return {
    take: (event) => {
      if (event.type !== "sent") return;
      out.messages += 1;
      out.bytes += payloadBytes(event.payload);
    },
    received: (message) => {
      back.messages += 1;
      back.bytes += payloadBytes(message);
      if (message.rttMs === undefined) return;
      answered += 1;
      totalMs += message.rttMs;
    },
    describe: () =>
      [
        `sent ${countOf(out.messages, "message")}, ${countOf(out.bytes, "byte")}`,
        `received ${countOf(back.messages, "message")}, ${countOf(back.bytes, "byte")}`,
        ...(answered === 0 ? [] : [`round trip ${(totalMs / answered).toFixed(1)} ms on average`]),
      ].join("\n"),
  };
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
