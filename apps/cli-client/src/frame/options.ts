import type { Command } from "commander";
import type { ConnectCommandOptions, connectDefaults } from "../commands/settings.ts";
import { addHandshakeLogin, addHandshakeOptions } from "../options/connect.ts";
import { seconds, whole } from "../options/values.ts";
import { addViewOptions } from "../wire/inspect-options.ts";
import type { ViewOptions } from "../wire/inspector.ts";
import { stepHelp } from "./frame.ts";

/** What `frame` takes. */
export interface FrameOptions
  extends Omit<ConnectCommandOptions, keyof typeof connectDefaults>, ViewOptions {
  readonly expectClose?: number;
  /** Seconds. */
  readonly linger: number;
}

export interface FrameInvocation {
  readonly target: string;
  readonly frames: readonly string[];
  readonly options: FrameOptions;
}

const examples = `
Examples:
  $ wsecho frame :9001 text,fin=0:Hel ping:between cont:lo     fragments, a ping between them
  $ wsecho frame --expect-close 1002 :9001 text,mask=0:hi      10 where a frame without mask is taken
  $ wsecho frame --expect-close 1002 :9001 text,rsv=4:hi       RSV1 without an extension
  $ wsecho frame --expect-close 1007 :9001 text,hex:c328       bytes that are no UTF-8
  $ wsecho frame --expect-close 1002 :9001 0xb: ping,fin=0:    also: close:1005, cont:x
  $ wsecho frame --linger 30 :9001 text,len=100:half wait:20   a frame that never ends
  $ wsecho frame --auth-file login wss://example.org/echo binary,bits=64,hex:00ff

${stepHelp}

What was sent and what came is shown as by inspect, with the rules that it breaks; the first text could be
a login and is hidden, unless --subprotocol or --reveal says otherwise. A server that closes with an error
is a 9, unless that is the code of --expect-close; then any other end is a 10.`;

/** Adds `frame`. */
export function addFrameCommand(
  program: Command,
  invoke: (invocation: FrameInvocation) => void,
): void {
  const command = program
    .command("frame")
    .description(
      "send frames as you write them, wrong ones too, to see what a server makes of them",
    )
    .argument("<url>", "as for connect")
    .argument("<frames...>", "such as text:hello or ping,fin=0:x, see below")
    .option(
      "--expect-close <code>",
      "the server has to close with this, or the end is 10; 1006: without a close",
      whole(1000, 4999),
    )
    .option("-W, --timeout <seconds>", "how long that close may take", seconds, 10)
    .option("--linger <seconds>", "without it: silence that ends it", seconds, 1)
    .option("--bytes", "take each frame apart, bit by bit");
  addViewOptions(command);
  addHandshakeLogin(command.optionsGroup("Login:"));
  addHandshakeOptions(command)
    .option("-q, --quiet", "say nothing but problems")
    .addHelpText("after", examples)
    .action((target: string, frames: readonly string[], options: FrameOptions) =>
      invoke({ target, frames, options }),
    );
}
