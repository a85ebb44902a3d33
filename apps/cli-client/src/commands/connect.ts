import type { Session } from "@wsecho/client";
import type { DialectName, Result } from "@wsecho/protocol";
import { gatherCredentials, secretFromInput, type CredentialOptions } from "../credentials.ts";
import { readTlsOptions, type CertificateOptions } from "../certificates.ts";
import { createDeparture } from "../departure.ts";
import { exitStatus, type ExitName } from "../exit.ts";
import { explain } from "../explain.ts";
import { watchHandshakes } from "../handshake.ts";
import { splitLines } from "../lines.ts";
import { createLogin } from "../login.ts";
import { createNarrator } from "../narrator.ts";
import { createOutput, type Screen } from "../output.ts";
import { findConsole } from "../prompt/console.ts";
import { describeMissing, keepTally } from "../tally.ts";
import { isPrivate, parseTarget, showTarget } from "../target.ts";
import { explainToken } from "../token.ts";
import type { Inspector } from "../wire/inspector.ts";
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

/** How a session is used, where that is not to talk and to see messages. */
export interface Approach {
  /** Makes what shows frames; the error is for a person. */
  readonly inspect: (screen: () => Screen | null) => Result<Inspector, string>;
  /** Offers compression. */
  readonly deflate?: boolean;
  /** Where on the server, behind what the URL says. */
  readonly path?: string;
  /** Instead of sending what is typed; resolves when the session has ended. */
  readonly use?: (parts: {
    readonly session: Session;
    readonly inspector: Inspector;
    readonly problem: (text: string) => void;
    readonly leave: (exit: ExitName) => void;
  }) => Promise<void>;
  /** Logged in, or again after a reconnect. */
  readonly onReady?: () => void;
}

/** @returns the exit status */
export async function connectCommand(
  text: string,
  options: ConnectCommandOptions,
  approach?: Approach,
): Promise<number> {
  const departure = createDeparture(() => terminal.release());
  const terminal = findConsole(() => departure.interrupt("interrupted"));
  const interactive = terminal.interactive && approach?.use === undefined;
  const output = createOutput({
    quiet: options.quiet ?? false,
    screen: terminal.current,
    interactive,
    onGone: () => departure.leave("ok"),
  });
  departure.signal.addEventListener("abort", () => {
    if (departure.exit() !== "ok") output.hurry();
  });
  let inspector: Inspector | null = null;
  const end = async (exit: ExitName, ...problems: readonly string[]): Promise<number> => {
    terminal.release();
    const unwritten = (await inspector?.end()) ?? [];
    if (!output.gone()) for (const text of [...unwritten, ...problems]) output.problem(text);
    await output.flush();
    return exitStatus(exit === "ok" && unwritten.length > 0 ? "usage" : exit);
  };

  const target = parseTarget(text);
  if (!target.ok) return end("usage", `Not connected: ${target.error}.`);
  addPath(target.value.url, approach?.path ?? "");
  const fromInput = secretFromInput(options);
  if (fromInput !== null && process.stdin.isTTY)
    return end("usage", `${fromInput} is for a pipe; at a terminal use a file, or be asked.`);
  const tls = readTlsOptions(options, target.value.url, output.problem);
  if (!tls.ok) return end("usage", `Not connected: ${tls.error}.`);
  const looking = approach?.inspect(() => (interactive ? terminal.current() : null));
  if (looking?.ok === false) return end("usage", looking.error);
  inspector = looking?.value ?? null;
  const heard = inspector === null ? output : { ...output, message: inspector.ready };
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
  const authorize = (): string | null => {
    const now = tokenFirst ? token() : null;
    return now?.ok === true ? `Bearer ${now.value}` : null;
  };
  const handshakes = watchHandshakes(
    authorize,
    { ...tls.value, perMessageDeflate: approach?.deflate === true && { threshold: 0 } },
    // A feed is about the connections of others.
    approach?.use === undefined ? inspector?.watch : undefined,
  );
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
        if (event.type === "status" && event.status.kind === "ready") approach?.onReady?.();
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
    if (approach?.use !== undefined && inspector !== null) {
      await approach.use({ session, inspector, problem, leave });
    } else if (interactive) {
      const exit = (): void => leave("ok");
      await converse({ session, terminal: terminal.open(), output: heard, tally, leave: exit });
    } else {
      const timeoutMs = options.timeout * 1000;
      complete = await pipe({ session, lines, output: heard, tally, timeoutMs, leave });
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

function addPath(url: URL, path: string): void {
  const before = url.pathname.replace(/\/$/, "");
  url.pathname = before.endsWith(path) ? before : before + path;
}

async function firstOf(lines: AsyncIterator<string, void>): Promise<string | undefined> {
  const { value, done } = await lines.next();
  return done === true ? undefined : value;
}
