import type { EventLine } from "@wsecho/protocol/events";
import type { Message, SessionEvent } from "@wsecho/client";
import type { Payload } from "@wsecho/protocol";
import { redactHeader } from "@wsecho/wire/secrets";

/** Turns what happens into the events of `--json`. */
export interface Recorder {
  readonly take: (event: SessionEvent) => void;
  readonly opened: (subprotocol: string) => void;
  readonly control: (type: "ping" | "pong", dir: "in" | "out", data: Uint8Array) => void;
  readonly failed: (code: number, reason: string) => void;
  /** Of a message that came; whoever prints it waits for its reader. */
  readonly received: (message: Message) => EventLine;
}

/**
 * @param now milliseconds since 1970
 * @param write gets every event but those of {@link Recorder.received}
 * @param first the number of the first connection
 */
export function createRecorder(
  write: (event: EventLine) => void,
  now: () => number,
  first = 1,
): Recorder {
  let conn = first - 1;
  /** By a clock that nobody sets. */
  const pings = new Map<string, number>();
  const at = (event: EventLine): EventLine => ({ t: Math.round(now()), conn, ...event });
  return {
    opened: (selected) => {
      conn += 1;
      // Some servers select the entry that carries the token.
      const subprotocol = redactHeader("Sec-WebSocket-Protocol", selected);
      write(at({ type: "open", ...(subprotocol === "" ? {} : { subprotocol }) }));
    },
    take: (event) => {
      if (event.type === "sent")
        write(at({ dir: "out", type: "message", ...payloadFields(event.payload) }));
      else if (event.type === "closed")
        write(at({ dir: "in", type: "close", code: event.code, reason: event.reason }));
    },
    control: (type, dir, data) => {
      const key = Buffer.from(data).toString("latin1");
      const sentAt = type === "pong" && dir === "in" ? pings.get(key) : undefined;
      if (type === "ping" && dir === "out") pings.set(key, performance.now());
      else pings.delete(key);
      const rtt = sentAt === undefined ? {} : { rttMs: round(performance.now() - sentAt) };
      write(at({ dir, type, ...dataFields(data), ...rtt }));
    },
    failed: (code, reason) => write(at({ type: "error", code, reason })),
    received: (message) => {
      const { rttMs } = message;
      const rtt = rttMs === undefined ? {} : { rttMs: round(rttMs) };
      return at({ dir: "in", type: "message", ...payloadFields(message), ...rtt });
    },
  };
}

type Fields = Pick<EventLine, "text" | "b64" | "bytes">;

function payloadFields(payload: Payload): Fields {
  if (payload.kind === "text")
    return { text: payload.text, bytes: Buffer.byteLength(payload.text) };
  return {
    b64: Buffer.from(payload.data).toString("base64"),
    bytes: payload.data.byteLength,
  };
}

/** A control frame's payload is text, where it is UTF-8. */
function dataFields(data: Uint8Array): Fields {
  if (data.byteLength === 0) return {};
  const text = Buffer.from(data).toString();
  const same = Buffer.from(text).equals(data);
  return same ? { text, bytes: data.byteLength } : payloadFields({ kind: "binary", data });
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
