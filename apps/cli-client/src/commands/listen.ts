import { readTlsOptions } from "../certificates.ts";
import { createDeparture } from "../departure.ts";
import { createDisplay, type DisplayOptions } from "../display.ts";
import { exitStatus, type ExitName } from "../exit.ts";
import { readMessages, type Outgoing } from "../input/framing.ts";
import { InputError } from "../lines.ts";
import { describeClient, describeHeaders, type Client } from "../listen/clients.ts";
import { completeListenLine, listenHelp, readListenLine } from "../listen/line.ts";
import { startListener } from "../listen/listener.ts";
import type { ListenInvocation, ListenOptions } from "../listen/options.ts";
import { createReception, type Reception } from "../listen/reception.ts";
import { createOutput, type Output } from "../output.ts";
import { asking, findConsole } from "../prompt/console.ts";
import { historyDirectory, openHistory } from "../prompt/history.ts";
import { framingOf } from "./settings.ts";

/** @returns the exit status */
export async function listenCommand({ address, options }: ListenInvocation): Promise<number> {
  const departure = createDeparture(() => terminal.release());
  const terminal = findConsole(() => departure.interrupt("interrupted"));
  const interactive = terminal.interactive && options.json !== true;
  const { leave, signal } = departure;
  const output = createOutput({
    quiet: options.quiet ?? false,
    screen: terminal.current,
    interactive,
    onGone: () => leave("ok"),
    display: createDisplay(await displayOf(options), Date.now),
  });
  const { info, problem } = output;
  signal.addEventListener("abort", () => {
    if (departure.exit() !== "ok") output.hurry();
  });
  const end = async (exit: ExitName): Promise<number> => {
    terminal.release();
    await output.flush();
    return exitStatus(exit);
  };

  const reception = createReception({
    options,
    output,
    interactive,
    leave,
    leaving: () => signal.aborted,
  });
  // The names are those of a client's certificate, and what they name is read in the same way.
  const tls = await readTlsOptions(options, new URL("wss://listen"), {
    warn: problem,
    ask: asking(terminal, signal),
  });
  const listener = tls.ok
    ? await startListener({
        address,
        tls: options.cert === undefined ? null : tls.value,
        subprotocols: options.subprotocol ?? [],
        maxSize: options.maxSize,
        admits: reception.admits,
        onClient: reception.onClient,
        onRefusal: (from, why) => info(`${from} was turned away: ${why}.`),
      })
    : tls;
  if (!listener.ok) {
    const wish = departure.exit();
    if (wish !== null) return end(wish);
    problem(`Not listening: ${listener.error}.`);
    return end(tls.ok ? "unreachable" : "usage");
  }
  info(`Listening on ${listener.value.url}.${interactive ? " /help says what can be done." : ""}`);
  if (!/^(127\.|localhost$|::1$)/.test(address.host))
    problem("Everybody who reaches this address can connect: there is no login.");

  const { obey, send } = createVoice(reception, output);
  if (interactive) {
    const history = options.history
      ? openHistory(historyDirectory(process.env), "listen", () => false)
      : null;
    const take = (line: string): void => {
      history?.add(line);
      if (line === "exit") leave("ok");
      else obey(line);
    };
    terminal.open().prompt("> ", take, () => leave("ok"), {
      history: history?.lines ?? [],
      complete: completeListenLine,
    });
  } else {
    terminal.release();
    void sendInput(terminal.input(), options, async (message) => {
      await reception.clients.somebody();
      await send(message.conn ?? null, message);
    }).then((error) => {
      if (error === null) return;
      problem(`${error}. Nothing after it was sent.`);
      leave("usage");
    });
  }

  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  listener.value.close();
  await reception.clients.dismiss();
  return end(departure.exit() ?? "ok");
}

async function displayOf(options: ListenOptions): Promise<DisplayOptions> {
  const { timestamps, timestampsKind = "iso", pretty, ...others } = options;
  return {
    ...others,
    ...(timestamps === true ? { timestamps: timestampsKind } : {}),
    ...(pretty === true ? { pretty: (await import("../pretty.ts")).prettyJson } : {}),
  };
}

/** What is said to clients, and about them. */
function createVoice({ clients, stats }: Reception, { problem }: Output) {
  const send = async (to: number | null, message: Outgoing): Promise<void> => {
    const recipients = clients.pick(to);
    if (recipients.length === 0)
      problem(`Not sent: ${to === null ? "nobody is connected" : `there is no client ${to}`}.`);
    await Promise.all(recipients.map((client) => clients.send(client, message)));
  };
  const list = (to: number | null, describe: (client: Client) => string): string =>
    clients.pick(to).map(describe).join("\n") || "nobody";
  const obey = (line: string): void => {
    const command = readListenLine(line);
    if (!command.ok) {
      problem(`Not sent: ${command.error}.`);
      return;
    }
    const wish = command.value;
    if (wish.kind === "send")
      for (let count = 0; count < wish.times; count += 1) void send(wish.to, wish.message);
    else if (wish.kind === "help") problem(`Commands:\n${listenHelp}`);
    else if (wish.kind === "stats") problem(`So far:\n${stats.describe()}`);
    else problem(list(wish.to, wish.kind === "clients" ? describeClient : describeHeaders));
  };
  return { obey, send };
}

/** @returns what is wrong with the input; `null` for nothing */
async function sendInput(
  input: AsyncIterable<Uint8Array>,
  options: ListenOptions,
  send: (message: Outgoing) => Promise<void>,
): Promise<string | null> {
  try {
    for await (const message of readMessages(input, framingOf(options))) await send(message);
    return null;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}
