import { SessionError } from "@wsecho/client";
import type { Channel } from "../connection/channel.ts";
import type { Expectations } from "../expectations.ts";
import type { Outgoing } from "../input/framing.ts";
import type { Output } from "../output.ts";
import type { History } from "../prompt/history.ts";
import type { Terminal } from "../prompt/terminal.ts";
import type { Recording } from "../recording.ts";
import type { TallyKeeper } from "../tally.ts";
import type { Channels } from "./channels.ts";
import { receive, type Receiving } from "./receive.ts";
import { commandHelp, readLine } from "./slash.ts";
import { completeCommand } from "./slash-completion.ts";

export interface Conversation extends Receiving {
  readonly terminal: Terminal;
  readonly output: Output;
  readonly tally: TallyKeeper;
  /** Said before anything is typed. */
  readonly first: readonly Outgoing[];
  readonly leave: () => void;
  /** `null` where nothing is to be kept. */
  readonly history: History | null;
  /** For `/headers` and `/stats`, in lines. */
  readonly facts: (about: "headers" | "stats") => string;
  readonly expectations: Expectations;
  readonly recording: Recording;
  readonly channels: Channels;
}

/** The word that ends a conversation; it is never sent. */
const exitWord = "exit";

/** A person types, the server answers, until one of them ends it. */
export async function converse(conversation: Conversation): Promise<void> {
  const { terminal, output, tally, leave, channels, recording, expectations } = conversation;
  const send = async (message: Outgoing): Promise<void> => {
    try {
      await channels.send(message);
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      if (error.reason.kind === "unsent") tally.addUnsent();
      else output.problem(error.message);
    }
  };
  const obey = (line: string): void => {
    const command = readLine(line);
    if (!command.ok) {
      output.problem(`Not sent: ${command.error}.`);
      return;
    }
    switch (command.value.kind) {
      case "send": {
        const { message, times } = command.value;
        for (let count = 0; count < times; count += 1) void send(message);
        return;
      }
      case "reconnect":
        channels.renew();
        return;
      case "record":
        record(command.value.path);
        return;
      case "expect":
        expectations.add(command.value.pattern, command.value.seconds);
        return;
      case "help":
        output.problem(`Commands:\n${commandHelp}`);
        return;
      case "headers":
        output.problem(`The server answered:\n${conversation.facts("headers")}`);
        return;
      case "stats":
        output.problem(`So far:\n${conversation.facts("stats")}`);
    }
  };
  const record = (path: string | null): void => {
    if (path === null) {
      output.info(recording.stop() ? "The recording has ended." : "Nothing was being recorded.");
      return;
    }
    const started = recording.start(path);
    if (started.ok) output.info(`Recording to ${path}.`);
    else output.problem(`Not recorded: ${started.error}.`);
  };
  const greet = (): void => {
    for (const message of conversation.first) void send(message);
  };
  greet();
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
  let channel: Channel | null = conversation.channel;
  while (channel !== null) {
    await receive({ ...conversation, channel });
    // What is said first is said again on each new connection.
    channel = await channels.next(greet);
  }
}
