import { SessionError } from "@wsecho/client";
import type { Outgoing } from "../input/framing.ts";
import type { Output } from "../output.ts";
import type { History } from "../prompt/history.ts";
import type { Terminal } from "../prompt/terminal.ts";
import type { TallyKeeper } from "../tally.ts";
import { receive, type Receiving } from "./receive.ts";
import { commandHelp, readLine } from "./slash.ts";
import { completeCommand } from "./slash-completion.ts";

export interface Conversation extends Receiving {
  readonly terminal: Terminal;
  readonly output: Output;
  readonly tally: TallyKeeper;
  /** Said before anything is typed. */
  readonly first: readonly Outgoing[];
  readonly send: (message: Outgoing) => Promise<void>;
  readonly leave: () => void;
  /** `null` where nothing is to be kept. */
  readonly history: History | null;
  /** For `/headers` and `/stats`, in lines. */
  readonly facts: (about: "headers" | "stats") => string;
}

/** The word that ends a conversation; it is never sent. */
const exitWord = "exit";

/** A person types, the server answers, until one of them ends it. */
export async function converse(conversation: Conversation): Promise<void> {
  const { terminal, output, tally, leave } = conversation;
  const send = async (message: Outgoing): Promise<void> => {
    try {
      await conversation.send(message);
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      if (error.reason.kind === "unsent") tally.addUnsent();
      else output.problem(error.message);
    }
  };
  const obey = (line: string): void => {
    const command = readLine(line);
    if (!command.ok) output.problem(`Not sent: ${command.error}.`);
    else if (command.value.kind === "help") output.problem(commandHelp);
    else if (command.value.kind !== "send") output.problem(conversation.facts(command.value.kind));
    else {
      const { message, times } = command.value;
      for (let count = 0; count < times; count += 1) void send(message);
    }
  };
  for (const message of conversation.first) void send(message);
  terminal.prompt(
    "> ",
    (line) => {
      conversation.history?.add(line);
      if (line === exitWord) leave();
      else obey(line);
    },
    leave,
    {
      history: conversation.history?.lines ?? [],
      complete: (draft) => completeCommand(commandHelp, draft),
    },
  );
  await receive(conversation);
}
