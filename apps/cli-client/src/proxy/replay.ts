import { WebSocket } from "ws";
import { readTlsOptions } from "../certificates.ts";
import { createDeparture } from "../departure.ts";
import { exitStatus, type ExitName } from "../exit.ts";
import { isHeaderToken } from "../header-token.ts";
import { createOutput } from "../output.ts";
import { askFor, parseTarget, showTarget } from "../target.ts";
import { readCapture } from "../wire/input.ts";
import { createConversations, type Conversation } from "./conversation.ts";
import type { ProxyInvocation, ReplayOptions } from "./options.ts";
import { count, play } from "./play.ts";

type Invocation = Extract<ProxyInvocation, { readonly kind: "replay" }>;

/** Plays the client's side of a capture again; resolves with the exit status. */
export async function replayCommand({ file, target, options }: Invocation): Promise<number> {
  // Before anything waits for Ctrl-C: the input may have no end.
  const { read, problems } = await readConversation(file, options);
  const departure = createDeparture(() => undefined);
  const output = createOutput({
    quiet: false,
    screen: () => null,
    interactive: false,
    onGone: () => departure.leave("ok"),
  });
  const end = async (exit: ExitName, problem?: string): Promise<number> => {
    if (problem !== undefined) output.problem(problem);
    await output.flush();
    return exitStatus(exit);
  };
  for (const problem of problems) output.problem(problem);
  if (read === undefined) return end("usage");
  const parsed = parseTarget(target);
  if (!parsed.ok) return end("usage", parsed.error);
  // No certificate of its own, so there is no key.
  const ask = (): Promise<null> => Promise.resolve(null);
  const tls = await readTlsOptions(options, parsed.value.url, { warn: output.problem, ask });
  if (!tls.ok) return end("usage", tls.error);
  const { pathname, search } = parsed.value.url;
  const url =
    pathname === "/" && search === "" && read.target !== undefined
      ? askFor(parsed.value.url, read.target)
      : parsed.value.url;
  for (const lack of read.lacks) output.problem(lack);
  if (options.quiet !== true)
    output.info(
      `replaying ${count(read.turns.length, "message")} of connection ${read.conn} to ${showTarget(url)}`,
    );
  const { signal } = departure;
  signal.addEventListener("abort", output.hurry);
  const rounds = options.loop === true ? (options.loopCount ?? Infinity) : 1;
  let outcome: ExitName = "ok";
  for (let round = 1; round <= rounds && !signal.aborted; round += 1) {
    // A hidden token is none that may be offered.
    const socket = new WebSocket(url, [...new Set(read.subprotocols)].filter(isHeaderToken), {
      ...tls.value,
      perMessageDeflate: false,
      handshakeTimeout: options.timeout * 1000,
    });
    const name = rounds === 1 ? "" : `round ${round}: `;
    let printed = Promise.resolve();
    const ended = await play(socket, read, {
      ...options,
      speed: options.speed ?? (options.timing === true ? 1 : null),
      signal,
      url: showTarget(url),
      print: (text) => void (printed = output.line(text)),
      say: (text) => output.info(name + text),
      warn: (text) => output.problem(name + text),
    });
    // One round is printed before the next begins: whoever reads slowly has not all of them waiting.
    await printed;
    // Other replies than before are no reason to stop, but are not forgotten.
    if (ended !== "ok") outcome = ended;
    if (ended !== "ok" && ended !== "expectation") break;
  }
  return end(departure.exit() ?? outcome);
}

async function readConversation(
  file: string,
  { conn }: ReplayOptions,
): Promise<{ readonly read: Conversation | undefined; readonly problems: readonly string[] }> {
  const conversations = createConversations();
  const problems: string[] = [];
  await readCapture(file, {
    records: (records) => {
      for (const record of records) conversations.push(record);
      return Promise.resolve();
    },
    problem: ({ says }) => problems.push(`${file === "-" ? "the input" : file}: ${says}`),
    progress: () => undefined,
    stopped: () => false,
  });
  const all = conversations.all().filter(({ turns }) => turns.length > 0);
  const read = conn === undefined ? all[0] : all.find((one) => one.conn === conn);
  if (read === undefined && (problems.length === 0 || all.length > 0))
    problems.push(
      all.length === 0
        ? "the capture holds no message of a client"
        : `no connection ${conn} with messages of a client; there are ${all.map((one) => one.conn).join(", ")}`,
    );
  return { read, problems };
}
