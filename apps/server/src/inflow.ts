import type { WebSocket } from "ws";
import { holdInput, releaseInput } from "./input.ts";
import type { ServerLimits } from "./limits.ts";
import { fullBucket, owedMs, spend, type Bucket } from "./rate.ts";

type Rates = Pick<ServerLimits, "messagesPerSecond" | "bytesPerSecond">;
type OnHold = (limit: "message-rate" | "byte-rate") => void;

/** The clock is asked once for so large a part of a second's worth, not for every message. */
const slices = 8;

/**
 * Stops reading from a peer that sends more than its rate, until its average is right again: it is
 * slowed down by TCP, and nothing is lost or closed. A peer that is slower than that has no buckets
 * and no timer. A class, because its methods are there once and not for each of 10 000 connections.
 */
export class Inflow {
  readonly #webSocket: WebSocket;
  readonly #rates: Rates;
  readonly #onHold: OnHold;
  #messages = 0;
  #bytes = 0;
  #buckets: { readonly messages: Bucket; readonly bytes: Bucket } | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** @param onHold called whenever reading stops, with what was too much */
  constructor(webSocket: WebSocket, rates: Rates, onHold: OnHold) {
    this.#webSocket = webSocket;
    this.#rates = rates;
    this.#onHold = onHold;
  }

  /** A message came, of so many bytes; pings and pongs count too. */
  take(bytes: number): void {
    this.#messages += 1;
    this.#bytes += bytes;
    const { messagesPerSecond, bytesPerSecond } = this.#rates;
    if (this.#messages * slices >= messagesPerSecond || this.#bytes * slices >= bytesPerSecond)
      this.#settle();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #settle(): void {
    const now = performance.now();
    const perMessage = { perSecond: this.#rates.messagesPerSecond };
    const perByte = { perSecond: this.#rates.bytesPerSecond };
    const { messages, bytes } = this.#buckets ?? {
      messages: fullBucket(perMessage, now),
      bytes: fullBucket(perByte, now),
    };
    this.#buckets = {
      messages: spend(messages, perMessage, this.#messages, now),
      bytes: spend(bytes, perByte, this.#bytes, now),
    };
    this.#messages = 0;
    this.#bytes = 0;
    const messagesMs = owedMs(this.#buckets.messages, perMessage);
    const bytesMs = owedMs(this.#buckets.bytes, perByte);
    const waitMs = Math.max(messagesMs, bytesMs);
    const webSocket = this.#webSocket;
    if (waitMs === 0 || webSocket.readyState !== webSocket.OPEN) return;
    if (this.#timer === null) {
      holdInput(webSocket, "rate");
      this.#onHold(messagesMs >= bytesMs ? "message-rate" : "byte-rate");
    } else clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      releaseInput(webSocket, "rate");
    }, waitMs);
  }
}
