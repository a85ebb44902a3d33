import { Command, CommanderError } from "commander";
import { addBenchCommand, type BenchInvocation } from "./bench/options.ts";
import type { CommandName } from "./command-names.ts";
import type { ConnectCommandOptions } from "./commands/settings.ts";
import type { InspectCommandOptions } from "./commands/inspect.ts";
import { addConnectCommand, addSendCommand, splitOptionalValues } from "./options/connect.ts";
import { addCurlCommand } from "./curl/help.ts";
import { addDoctorCommand, type DoctorInvocation } from "./doctor/options.ts";
import { exitHelp } from "./exit.ts";
import { addFrameCommand, type FrameInvocation } from "./frame/options.ts";
import { addProxyCommands, type ProxyInvocation } from "./proxy/options.ts";
import { addListenCommand, type ListenInvocation } from "./listen/options.ts";
import type { ManualParts } from "./reference/manual.ts";
import { addReferenceCommands, type Reference } from "./reference/options.ts";
import { addTestCommand, type TestInvocation } from "./script/options.ts";
import { wrapTalk } from "./terminal/talk.ts";
import { addInspectCommand } from "./wire/inspect-options.ts";
import { addWireCommands, type WireInvocation } from "./wire/options.ts";

/** What the arguments ask for, or what is left to say about them. */
export type Invocation =
  | { readonly kind: "connect"; readonly target: string; readonly options: ConnectCommandOptions }
  | { readonly kind: "inspect"; readonly target: string; readonly options: InspectCommandOptions }
  | { readonly kind: "frame"; readonly frame: FrameInvocation }
  | { readonly kind: "test"; readonly test: TestInvocation }
  | { readonly kind: "wire"; readonly wire: WireInvocation }
  | { readonly kind: "bench"; readonly bench: BenchInvocation }
  | { readonly kind: "doctor"; readonly doctor: DoctorInvocation }
  | { readonly kind: "listen"; readonly listen: ListenInvocation }
  | { readonly kind: "reference"; readonly reference: Reference; readonly parts: ManualParts }
  | { readonly kind: "proxy"; readonly proxy: ProxyInvocation }
  | { readonly kind: "done" }
  | { readonly kind: "usage" };

const examples = `
Examples:
  $ wsecho connect ws://127.0.0.1:5678        ask for user and password, then talk
  $ wsecho :5678                              the same: a bare URL connects
  $ wsecho --user admin --dialect plain :5678 talk as the article's programs do
  $ wsecho --token-file token.txt wss://example.org
  $ wsecho --cert me.pem --key me.key --cacert team.pem wss://example.org
  $ WSECHO_PASSWORD=… wsecho -u admin :5678 < lines.txt > replies.txt
  $ wsecho inspect :5678                      the same, with every frame; -b bit by bit
  $ wsecho inspect --server :5678             what the server sees of your connections
  $ wsecho inspect :5678 --pcapng - | tshark -i -
  $ wsecho curl 'https://example.org/feed' -H 'Origin: https://example.org'
  $ wsecho listen --echo 8080                 be a server that gives back what comes
  $ wsecho frame --expect-close 1002 :9001 text,mask=0:hi
  $ wsecho test :9001 greeting.wse            send, expect, capture, close; TAP and JUnit
  $ wsecho explain 81 85 37 fa 21 3d 7f 9f 4d 51 58
  $ wsecho decode --filter 'dir:c2s len>1k' capture.pcapng
  $ wsecho convert capture.jsonl capture.pcapng   for Wireshark
  $ wsecho proxy --listen 8081 --target ws://127.0.0.1:5678`;

const environment = `
Environment:
  WSECHO_USER, WSECHO_PASSWORD   who to log in as, where no option says so
  WSECHO_TOKEN                   a token, where neither option nor URL names a user or password
  NODE_EXTRA_CA_CERTS            a file of authorities to trust beside the usual ones
  NO_COLOR                       no colour, also on a terminal`;

/** Reads the arguments; talks about them itself where there is something to say. */
export function parseArguments(args: readonly string[], version: string): Invocation {
  let invocation: Invocation = { kind: "done" };
  const program = new Command("wsecho")
    .description("Log in to a WebSocket server and talk to it.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(withoutValues(text)),
      writeErr: (text) => void process.stderr.write(wrapTalk(text, process.stderr)),
    })
    .showHelpAfterError(helpAfterError(""))
    .addHelpText("after", examples)
    .addHelpText("afterAll", [environment, `\n${exitHelp()}`].join("\n"));
  const invoke = (found: Invocation): void => void (invocation = found);
  const groups: readonly CommandGroup[] = [
    {
      names: ["connect"],
      add: () =>
        addConnectCommand(program, !readsAsCommand(args), (target, options) =>
          invoke({ kind: "connect", target, options }),
        ),
    },
    {
      names: ["send"],
      add: () =>
        addSendCommand(program, (target, options) => invoke({ kind: "connect", target, options })),
    },
    { names: ["curl"], add: () => addCurlCommand(program) },
    {
      names: ["bench"],
      add: () => addBenchCommand(program, (bench) => invoke({ kind: "bench", bench })),
    },
    {
      names: ["doctor"],
      add: () => addDoctorCommand(program, (doctor) => invoke({ kind: "doctor", doctor })),
    },
    {
      names: ["inspect"],
      add: () =>
        addInspectCommand(program, (target, options) =>
          invoke({ kind: "inspect", target, options }),
        ),
    },
    {
      names: ["test"],
      add: () => addTestCommand(program, (test) => invoke({ kind: "test", test })),
    },
    {
      names: ["frame"],
      add: () => addFrameCommand(program, (frame) => invoke({ kind: "frame", frame })),
    },
    {
      names: ["explain", "decode", "convert"],
      add: () => addWireCommands(program, (wire) => invoke({ kind: "wire", wire })),
    },
    {
      names: ["proxy", "replay"],
      add: () => addProxyCommands(program, (proxy) => invoke({ kind: "proxy", proxy })),
    },
    {
      names: ["listen"],
      add: () => addListenCommand(program, (listen) => invoke({ kind: "listen", listen })),
    },
    {
      names: ["completion", "man"],
      add: () =>
        addReferenceCommands(program, (reference) =>
          invoke({
            kind: "reference",
            reference,
            parts: { version, sections: [examples, environment] },
          }),
        ),
    },
  ];
  for (const { add } of groupsFor(args, groups)) add();
  // Whoever names nothing at all is shown everything.
  for (const command of args.length === 0 ? [] : program.commands)
    command.showHelpAfterError(helpAfterError(`${command.name()} `));
  try {
    program.parse(splitOptionalValues(args), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? { kind: "done" } : { kind: "usage" };
  }
  return invocation;
}

const helpAfterError = (command: string): string => `(wsecho ${command}--help shows what there is)`;

/** Commands that are added together. */
interface CommandGroup {
  readonly names: readonly CommandName[];
  readonly add: () => void;
}

/**
 * Those with the command that runs: to make the options of all takes a tenth of a start. All where
 * they are listed, by help, completion and manual, or looked through for one that was mistyped.
 */
function groupsFor(
  args: readonly string[],
  groups: readonly CommandGroup[],
): readonly CommandGroup[] {
  const [first = ""] = args;
  const listsAll = ["completion", "man", "--"].includes(first);
  if (listsAll || args.includes("--help") || args.includes("-h")) return groups;
  const named = (name: string): readonly CommandGroup[] =>
    groups.filter(({ names }) => names.some((each) => each === name));
  if (named(first).length > 0) return named(first);
  return readsAsCommand(args) ? groups : named("connect");
}

/** `conect ws://…` is a mistyped command, which gets a suggestion, and not a URL too many. */
function readsAsCommand([first, second]: readonly string[]): boolean {
  return (
    first !== undefined &&
    second !== undefined &&
    !second.startsWith("-") &&
    /^[a-z][a-z-]*$/i.test(first)
  );
}

/**
 * Without what was typed as value of an option that there is not, or as one argument too many: it
 * may be a password in the wrong place, which the shell knows already, but no log has to.
 */
function withoutValues(text: string): string {
  return text
    .replace(/(unknown option '--[^=]*?)=.*'/s, "$1'")
    .replace(/(unknown option '-[^-]).*'/s, "$1'")
    .replace(/(but got \d+): .*\.$/m, "$1.");
}
