import { SessionError, type Message, type Session } from "@wsecho/client";
import { plainTexts } from "@wsecho/protocol";
import type { Output } from "../output.ts";

/** Shows every message until the session ends. Why it ended is told elsewhere. */
export async function receive(session: Session, output: Output): Promise<void> {
  try {
    for await (const message of session)
      await output.message(asSent(message, session.status.dialect === "plain"));
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
  }
}

/**
 * The message as the server sent it. A plain server's replies carry the article's prefix, which
 * the session takes off to tell them from other texts.
 */
function asSent(message: Message, plain: boolean): string | Uint8Array {
  if (message.kind === "binary") return message.data;
  return plain && message.id !== undefined ? plainTexts.prefix + message.text : message.text;
}
