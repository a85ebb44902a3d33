import { SessionError, type Session } from "@wsecho/client";
import type { Output } from "../output.ts";
import type { Terminal } from "../prompt/terminal.ts";
import type { TallyKeeper } from "../tally.ts";
import { receive } from "./receive.ts";

export interface Conversation {
  readonly session: Session;
  readonly terminal: Terminal;
  readonly output: Output;
  readonly tally: TallyKeeper;
  readonly leave: () => void;
}

/** The word that ends a conversation; it is never sent. */
const exitWord = "exit";

/** A person types, the server answers, until one of them ends it. */
export async function converse(conversation: Conversation): Promise<void> {
  const { session, terminal, output, tally, leave } = conversation;
  const send = async (line: string): Promise<void> => {
    try {
      await session.send(line);
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      if (error.reason.kind === "unsent") tally.addUnsent();
      else output.problem(error.message);
    }
  };
  terminal.prompt(
    "> ",
    (line) => {
      if (line === exitWord) leave();
      else void send(line);
    },
    leave,
  );
  await receive(session, output);
}
