import type { DialectName } from "@wsecho/protocol";
import { gatherCredentials, secretFromInput, type CredentialOptions } from "../credentials.ts";
import { readTlsOptions, type CertificateOptions } from "../certificates.ts";
import { createDeparture } from "../departure.ts";
import { exitStatus, type ExitName } from "../exit.ts";
import { explain } from "../explain.ts";
import { watchHandshakes } from "../handshake.ts";
import { splitLines } from "../lines.ts";
import { createLogin } from "../login.ts";
import { createNarrator } from "../narrator.ts";
import { createOutput } from "../output.ts";
import { findConsole } from "../prompt/console.ts";
import { describeMissing, keepTally } from "../tally.ts";
import { isPrivate, parseTarget, showTarget } from "../target.ts";
import { explainToken } from "../token.ts";
import { converse } from "./converse.ts";
import { openSession } from "./open.ts";
import { pipe } from "./pipe.ts";

/** The options of `wsecho connect`, as the argument parser names them. */
export interface ConnectCommandOptions extends CredentialOptions, CertificateOptions {
  readonly dialect: "v1" | "plain" | "auto";
  readonly allowInsecurePassword?: boolean;
  readonly reconnect?: boolean;
  readonly wait?: boolean;
  /** Seconds, like `timeout`. */
  readonly connectTimeout: number;
  readonly timeout: number;
  readonly quiet?: boolean;
}

/** @returns the exit status */
export async function connectCommand(
  text: string,
  options: ConnectCommandOptions,
): Promise<number> {
  const departure = createDeparture(() => terminal.release());
  const terminal = findConsole(() => departure.interrupt("interrupted"));
  const { interactive } = terminal;
  const output = createOutput({
    quiet: options.quiet ?? false,
    screen: terminal.current,
    interactive,
    onGone: () => departure.leave("ok"),
  });
  departure.signal.addEventListener("abort", () => {
    if (departure.exit() !== "ok") output.hurry();
  });
  const end = async (exit: ExitName, ...problems: readonly string[]): Promise<number> => {
    terminal.release();
    if (!output.gone()) for (const text of problems) output.problem(text);
    await output.flush();
    return exitStatus(exit);
  };

  const target = parseTarget(text);
  if (!target.ok) return end("usage", `Not connected: ${target.error}.`);
  const fromInput = secretFromInput(options);
  if (fromInput !== null && process.stdin.isTTY)
    return end("usage", `${fromInput} is for a pipe; at a terminal use a file, or be asked.`);
  const tls = readTlsOptions(options, target.value.url, output.problem);
  if (!tls.ok) return end("usage", `Not connected: ${tls.error}.`);
  const lines = splitLines(terminal.input());
  const given = await gatherCredentials({
    options,
    target: target.value,
    env: process.env,
    readLine: () => firstOf(lines),
    warn: output.problem,
  });
  if (!given.ok) return end("usage", `Not connected: ${given.error}.`);

  const url = showTarget(target.value.url);
  const tally = keepTally();
  const { token, byCertificate = false } = given.value;
  // The plain dialect has no words for a token, so the handshake carries it.
  const tokenFirst = token !== undefined && options.dialect === "plain";
  if (tokenFirst && options.allowInsecurePassword !== true && !isPrivate(target.value.url))
    return end(
      "usage",
      "Not connected: the token itself would cross an unencrypted connection to another machine; " +
        "use a wss:// URL, or allow it with --allow-insecure-password.",
    );
  const handshakes = watchHandshakes(() => {
    const now = tokenFirst ? token() : null;
    return now?.ok === true ? `Bearer ${now.value}` : null;
  }, tls.value);
  const { info, problem } = output;
  const hint = interactive ? " Enter sends a line; exit leaves." : "";
  const narrate = createNarrator({ output, url, tally: tally.now, hint });
  const { ask, present } = terminal;
  const login = createLogin(given.value, {
    ask,
    present,
    info,
    problem,
    signal: departure.signal,
  });
  let dialect: DialectName = options.dialect === "plain" ? "plain" : "v1";
  const stepMs = options.connectTimeout * 1000;
  if (interactive) terminal.open();
  const opened = await openSession({
    url: target.value.url,
    login,
    departure,
    onAbsent:
      options.wait === true
        ? () => info(`No server at ${url} yet; waiting for one. Ctrl-C leaves.`)
        : null,
    options: {
      dialect: options.dialect,
      transport: handshakes.transport,
      handshakeLogin: tokenFirst || byCertificate,
      reconnect: options.reconnect ?? false,
      allowInsecurePassword: options.allowInsecurePassword ?? false,
      limits: { connectTimeoutMs: stepMs, loginTimeoutMs: stepMs },
      onEvent: (event) => {
        tally.take(event);
        if (event.type === "status") ({ dialect } = event.status);
        // Before anybody is told: from then on the terminal shows what is typed.
        if (!interactive && event.type === "status" && event.status.kind === "ready")
          terminal.release();
        // What the library says when it got no credentials has been told in other words.
        if (event.type !== "problem" || !login.gaveUp()) narrate(event);
      },
    },
  });

  let complete = true;
  if (opened.ok) {
    const { session } = opened;
    const { leave } = departure;
    if (interactive) {
      const exit = (): void => leave("ok");
      await converse({ session, terminal: terminal.open(), output, tally, leave: exit });
    } else {
      const timeoutMs = options.timeout * 1000;
      complete = await pipe({ session, lines, output, tally, timeoutMs, leave });
    }
  }

  const reason = opened.ok ? await opened.session.closed : opened.reason;
  const failure = handshakes.failure();
  const usedToken = token?.();
  const ending = explain(reason, {
    url,
    established: opened.ok,
    reconnect: options.reconnect ?? false,
    // Whoever runs us by a script of the repository has no wsecho-server on the path.
    serverCommand: `${process.env["npm_lifecycle_event"] === "wsecho" ? "pnpm " : ""}wsecho-server --demo`,
    failure,
    token: usedToken?.ok === true ? explainToken(usedToken.value, Date.now()) : null,
    dialect,
    handshakeLogin: tokenFirst,
    certificate: byCertificate ? "login" : options.cert === undefined ? "none" : "shown",
  });
  const missing = describeMissing(tally.now()) ?? "";
  let exit = departure.exit() ?? ending.exit;
  const whole = (missing === "" && complete) || interactive || output.gone();
  if (exit === "ok" && !whole) exit = "closed";
  return end(exit, ...[ending.text, missing].filter((part) => part !== ""));
}

async function firstOf(lines: AsyncIterator<string, void>): Promise<string | undefined> {
  const { value, done } = await lines.next();
  return done === true ? undefined : value;
}
