import { SessionError, type Message } from "@wsecho/client";
import { plainTexts } from "@wsecho/protocol";
import type { Channel } from "../connection/channel.ts";
import type { Goal } from "../goal.ts";

export interface Receiving {
  readonly channel: Channel;
  /** Resolves when there is room for more, with whether the message was shown. */
  readonly show: (message: Message) => Promise<boolean>;
  readonly goal: Goal;
  /** As many messages came as were wanted. */
  readonly onEnough: () => void;
}

/** Shows every message until the channel ends. Why it ended is told elsewhere. */
export async function receive({ channel, show, goal, onEnough }: Receiving): Promise<void> {
  let enough = false;
  try {
    for await (const message of channel) {
      if (enough) continue;
      const given = asSent(message, channel.status.dialect === "plain");
      goal.take(given);
      if ((await show(given)) && goal.shown()) {
        enough = true;
        onEnough();
      }
    }
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
  }
}

/**
 * The message as the server sent it. A plain server's replies carry the article's prefix, which
 * the session takes off to tell them from other texts.
 */
function asSent(message: Message, plain: boolean): Message {
  if (message.kind === "binary" || !plain || message.id === undefined) return message;
  return { ...message, text: plainTexts.prefix + message.text };
}
