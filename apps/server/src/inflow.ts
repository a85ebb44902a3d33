import type { WebSocket } from "ws";
import { holdInput, releaseInput } from "./input.ts";
import type { ServerLimits } from "./limits.ts";
import { fullBucket, owedMs, spend, type Bucket, type Rate } from "./rate.ts";

/** What one peer may send: messages and bytes a second. */
export interface Inflow {
  /** A message came, of so many bytes; pings and pongs count too. */
  readonly take: (bytes: number) => void;
  readonly stop: () => void;
}

/** The clock is asked once for so large a part of a second's worth, not for every message. */
const slices = 8;

/**
 * Stops reading from a peer that sends more than its rate, until its average is right again: it is
 * slowed down by TCP, and nothing is lost or closed. A peer that is slower than that has no buckets
 * and no timer.
 *
 * @param onHold called whenever reading stops, with what was too much
 */
export function limitInflow(
  webSocket: WebSocket,
  limits: Pick<ServerLimits, "messagesPerSecond" | "bytesPerSecond">,
  onHold: (limit: "message-rate" | "byte-rate") => void,
): Inflow {
  const perMessage: Rate = { perSecond: limits.messagesPerSecond };
  const perByte: Rate = { perSecond: limits.bytesPerSecond };
  const messageSlice = perMessage.perSecond / slices;
  const byteSlice = perByte.perSecond / slices;
  let messages = 0;
  let bytes = 0;
  let buckets: { readonly messages: Bucket; readonly bytes: Bucket } | undefined;
  let timer: NodeJS.Timeout | undefined;

  function settle(): void {
    const now = performance.now();
    buckets = {
      messages: spend(buckets?.messages ?? fullBucket(perMessage, now), perMessage, messages, now),
      bytes: spend(buckets?.bytes ?? fullBucket(perByte, now), perByte, bytes, now),
    };
    messages = 0;
    bytes = 0;
    const messagesMs = owedMs(buckets.messages, perMessage);
    const bytesMs = owedMs(buckets.bytes, perByte);
    const waitMs = Math.max(messagesMs, bytesMs);
    if (waitMs === 0 || webSocket.readyState !== webSocket.OPEN) return;
    if (timer === undefined) {
      holdInput(webSocket, "rate");
      onHold(messagesMs >= bytesMs ? "message-rate" : "byte-rate");
    }
    clearTimeout(timer);
    timer = setTimeout(goOn, waitMs);
  }

  function goOn(): void {
    timer = undefined;
    releaseInput(webSocket, "rate");
  }

  return {
    take(size) {
      messages += 1;
      bytes += size;
      if (messages >= messageSlice || bytes >= byteSlice) settle();
    },
    stop: () => clearTimeout(timer),
  };
}
