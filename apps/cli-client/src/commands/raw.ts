import type { StopReason } from "@wsecho/protocol";
import type { Socket } from "@wsecho/client/ws";
import { readTlsOptions } from "../certificates.ts";
import { gatherCredentials, type Given } from "../credentials.ts";
import { createDeparture, type Departure } from "../departure.ts";
import { exitStatus, type ExitName } from "../exit.ts";
import { explain } from "../explain.ts";
import { watchHandshakes } from "../handshake.ts";
import { InputError, splitLines } from "../lines.ts";
import { createOutput } from "../output.ts";
import { findConsole } from "../prompt/console.ts";
import { isPrivate, parseTarget, showTarget } from "../target.ts";
import { createInspector, type Inspector } from "../wire/inspector.ts";
import type { InspectCommandOptions } from "./inspect.ts";

/** How long a server may take to say goodbye; milliseconds. */
const goodbyeMs = 5000;

/**
 * Any WebSocket server: no login inside, no subprotocol but what is asked for; each line is a text
 * message, and nothing is known about replies.
 *
 * @returns the exit status
 */
export async function rawCommand(text: string, options: InspectCommandOptions): Promise<number> {
  const departure = createDeparture(() => terminal.release());
  const terminal = findConsole(() => departure.interrupt("interrupted"));
  const { interactive } = terminal;
  const output = createOutput({
    quiet: options.quiet ?? false,
    screen: terminal.current,
    interactive,
    onGone: () => departure.leave("ok"),
  });
  let inspector: Inspector | null = null;
  const end = async (exit: ExitName, ...problems: readonly string[]): Promise<number> => {
    terminal.release();
    const unwritten = (await inspector?.end()) ?? [];
    if (!output.gone()) for (const problem of [...unwritten, ...problems]) output.problem(problem);
    await output.flush();
    return exitStatus(exit === "ok" && unwritten.length > 0 ? "usage" : exit);
  };

  const target = parseTarget(text);
  if (!target.ok) return end("usage", `Not connected: ${target.error}.`);
  const { url } = target.value;
  const tls = readTlsOptions(options, url, output.problem);
  if (!tls.ok) return end("usage", `Not connected: ${tls.error}.`);
  const lines = splitLines(terminal.input());
  const given = await gatherCredentials({
    options,
    target: target.value,
    // What the environment has is for wsecho servers, and no stranger's.
    env: {},
    readLine: async () => (await lines.next()).value ?? undefined,
    warn: output.problem,
  });
  if (!given.ok) return end("usage", `Not connected: ${given.error}.`);
  const authorization = authorizationOf(given.value);
  if (authorization !== null && options.allowInsecurePassword !== true && !isPrivate(url))
    return end(
      "usage",
      "Not connected: the login would cross an unencrypted connection to another machine; " +
        "use a wss:// URL, or allow it with --allow-insecure-password.",
    );
  const looking = createInspector(options, () => (interactive ? terminal.current() : null));
  if (!looking.ok) return end("usage", looking.error);
  inspector = looking.value;
  const perMessageDeflate = options.deflate === true && { threshold: 0 };
  const handshakes = watchHandshakes(
    () => authorization,
    { ...tls.value, perMessageDeflate, handshakeTimeout: options.connectTimeout * 1000 },
    inspector.watch,
  );

  const shown = showTarget(url);
  let lastHeard = performance.now();
  const { promise: opened, resolve: open } = Promise.withResolvers<boolean>();
  const { promise: closed, resolve: close } = Promise.withResolvers<StopReason>();
  const socket = handshakes.transport(url.href, options.subprotocol ?? [], {
    opened: () => open(true),
    message: () => {
      lastHeard = performance.now();
    },
    closed: (code, reason, detail) => {
      open(false);
      close(
        detail === undefined ? { kind: "closed", code, reason } : { kind: "unreachable", detail },
      );
    },
  });
  leaveBy(socket, departure);
  const established = await opened;
  if (established) {
    output.info(`Connected to ${shown}.${interactive ? " Enter sends a line; exit leaves." : ""}`);
    const leave = (): void => departure.leave("ok");
    if (interactive) {
      const say = (line: string): void => (line === "exit" ? leave() : socket.send(line));
      terminal.open().prompt("> ", say, leave);
    } else {
      terminal.release();
      const problem = await sendLines(lines, { socket, closed });
      if (problem === null) await quiet(() => lastHeard, options.linger * 1000, closed);
      else output.problem(problem);
      departure.leave(problem === null ? "ok" : "usage");
    }
  }
  const reason = await closed;
  const ending = explain(reason, {
    url: shown,
    established,
    reconnect: true,
    serverCommand: "wsecho-server --demo",
    failure: handshakes.failure(),
    token: null,
    dialect: "v1",
    handshakeLogin: authorization !== null,
    certificate: options.cert === undefined ? "none" : "shown",
    bare: null,
  });
  const wish = departure.exit();
  return wish === null ? end(ending.exit, ending.text) : end(wish);
}

function authorizationOf({ token, username, password }: Given): string | null {
  const now = token?.();
  if (now?.ok === true) return `Bearer ${now.value}`;
  if (username === undefined) return null;
  return `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}`;
}

/** The first wish to leave says goodbye, and waits for the server's for a while. */
function leaveBy(socket: Socket, departure: Departure): void {
  departure.signal.addEventListener("abort", () => {
    socket.close(1000, "");
    setTimeout(() => socket.drop(), goodbyeMs).unref();
  });
}

/** @returns what is wrong with the input; `null` for nothing */
async function sendLines(
  lines: AsyncIterator<string, void>,
  { socket, closed }: { readonly socket: Socket; readonly closed: Promise<StopReason> },
): Promise<string | null> {
  const over = closed.then(() => undefined);
  for (;;) {
    try {
      const next = await Promise.race([lines.next(), over]);
      if (next === undefined || next.done === true) return null;
      socket.send(next.value);
    } catch (error) {
      if (error instanceof InputError) return `${error.message}. Nothing after it was sent.`;
      throw error;
    }
  }
}

/** Resolves when nothing has come for so long, or the connection is over. */
async function quiet(
  lastHeard: () => number,
  lingerMs: number,
  closed: Promise<StopReason>,
): Promise<void> {
  const from = performance.now();
  for (;;) {
    const left = Math.max(from, lastHeard()) + lingerMs - performance.now();
    if (left <= 0) return;
    const timeout = new Promise<"waited">((resolve) => {
      setTimeout(resolve, left, "waited").unref();
    });
    // `unref` because a closed connection ends the wait as well.
    if ((await Promise.race([timeout, closed])) !== "waited") return;
  }
}
