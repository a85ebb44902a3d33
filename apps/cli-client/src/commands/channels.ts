import { SessionError } from "@wsecho/client";
import type { StopReason } from "@wsecho/protocol";
import type { Channel } from "../connection/channel.ts";
import type { Dialed } from "../connection/dial.ts";
import type { Control } from "../control.ts";
import type { Departure } from "../departure.ts";
import type { Outgoing } from "../input/framing.ts";
import { payloadBytes } from "../payload.ts";

/** The channel of the moment, and another in its place where a person asks for one. */
export interface Channels {
  /** Where a new one is on its way, a message waits for it; rejects with SessionError where none comes. */
  readonly send: (message: Outgoing) => Promise<void>;
  readonly current: () => Channel | null;
  /** Ends the present one, and `next` opens another. */
  readonly renew: () => void;
  /**
   * After an end: another channel, where `renew` asked for one and there is one.
   *
   * @param greet says what comes before that which waits
   */
  readonly next: (greet: () => void) => Promise<Channel | null>;
  readonly reason: () => Promise<StopReason>;
}

export interface ChannelsOptions {
  readonly first: Dialed;
  readonly dial: () => Promise<Dialed>;
  readonly control: Control;
  readonly departure: Departure;
  /** Bytes of a message. */
  readonly maxSize: number;
}

export function createChannels(options: ChannelsOptions): Channels {
  const { dial, control, departure, maxSize } = options;
  let dialed = options.first;
  /** While there is no channel. */
  let coming: PromiseWithResolvers<Channel | null> | null = null;
  const current = (): Channel | null => (dialed.ok && coming === null ? dialed.channel : null);

  const send = async (message: Outgoing): Promise<void> => {
    const bytes = message.kind === "text" || message.kind === "binary" ? payloadBytes(message) : 0;
    if (bytes > maxSize)
      throw new SessionError(
        { kind: "tooBig", bytes, maxBytes: maxSize },
        `The message was not sent: its ${bytes} bytes are larger than ${maxSize} bytes; --max-size allows more.`,
      );
    const channel = current() ?? (await coming?.promise) ?? null;
    if (channel === null)
      throw new SessionError({ kind: "unsent" }, "The message was not sent: the connection ended.");
    if (message.kind === "text") await channel.send(message.text);
    else if (message.kind === "binary") await channel.send(message.data);
    else if (message.kind === "close") {
      await channel.close({ code: message.code, reason: message.reason });
      departure.leave("ok");
    } else control[message.kind](message.data);
  };

  return {
    send,
    current,
    renew: () => {
      const channel = current();
      if (channel === null || departure.signal.aborted) return;
      coming = Promise.withResolvers();
      void channel.close();
    },
    next: async (greet) => {
      if (coming === null) return null;
      dialed = await dial();
      const channel = dialed.ok ? dialed.channel : null;
      const { resolve } = coming;
      coming = null;
      if (channel !== null) greet();
      resolve(channel);
      return channel;
    },
    reason: async () => (dialed.ok ? dialed.channel.closed : dialed.reason),
  };
}
