import { closeSync, fchmodSync, openSync, writeSync } from "node:fs";
import type { Session } from "@wsecho/client";
import type { DialectName, Result, StopReason } from "@wsecho/protocol";
import { gatherCredentials, secretFromInput, type CredentialOptions } from "../credentials.ts";
import { readTlsOptions, type CertificateOptions } from "../certificates.ts";
import { readConnection, type ConnectionOptions } from "../connection/read.ts";
import { showHeader } from "../connection/headers.ts";
import { createControl, type ControlFrame } from "../control.ts";
import { createDeparture } from "../departure.ts";
import { createDisplay, type DisplayOptions } from "../display.ts";
import { exitStatus, type ExitName } from "../exit.ts";
import { explain } from "../explain.ts";
import { createGoal } from "../goal.ts";
import { watchHandshakes } from "../handshake.ts";
import { createByteInput } from "../input/bytes.ts";
import { readMessages, type Delimiter, type InputKind, type Outgoing } from "../input/framing.ts";
import { createLogin } from "../login.ts";
import { createNarrator } from "../narrator.ts";
import { createOutput, type Screen } from "../output.ts";
import { findConsole } from "../prompt/console.ts";
import { createRecorder, type Recorder } from "../recorder.ts";
import { createStats } from "../stats.ts";
import { describeMissing, keepTally } from "../tally.ts";
import { isPrivate, parseTarget, showTarget } from "../target.ts";
import { explainToken } from "../token.ts";
import type { Inspector } from "../wire/inspector.ts";
import { converse } from "./converse.ts";
import { decoy, dial, type Manner } from "./dial.ts";
import { pipe } from "./pipe.ts";
import { readPlan } from "./plan.ts";
import type { Channel } from "../channel.ts";

/** The options of `wsecho connect`, as the argument parser names them. */
export interface ConnectCommandOptions
  extends
    CredentialOptions,
    CertificateOptions,
    ConnectionOptions,
    Omit<DisplayOptions, "filter" | "timestamps"> {
  readonly dialect?: "v1" | "plain" | "auto" | "none";
  readonly subprotocol?: readonly string[];
  readonly reconnect?: boolean;
  /** How often in a row. */
  readonly reconnectMax?: number;
  readonly wait?: boolean;
  /** Seconds, like all times here. */
  readonly connectTimeout: number;
  readonly timeout: number;
  readonly eofWait: number;
  readonly pingInterval?: number;
  readonly pingTimeout: number;
  readonly execute?: readonly string[];
  readonly interactive?: boolean;
  readonly input: InputKind;
  readonly delimiter?: Delimiter;
  readonly binary?: boolean;
  readonly count?: number;
  readonly one?: boolean;
  readonly expect?: readonly string[];
  readonly okClose?: readonly number[];
  readonly json?: boolean;
  readonly showControl?: boolean;
  readonly timestamps?: boolean;
  readonly timestampsKind?: DisplayOptions["timestamps"];
  readonly filter?: string;
  readonly watch?: boolean;
  readonly record?: string;
  readonly history: boolean;
  readonly asCurl?: boolean;
  readonly verbose: number;
  readonly quiet?: boolean;
}

/** For a command that has fewer options. */
export const connectDefaults = {
  authType: "basic",
  maxSize: 16 * 1024 * 1024,
  eofWait: 1,
  pingTimeout: 10,
  input: "lines",
  history: false,
  verbose: 0,
} as const satisfies Partial<ConnectCommandOptions>;

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
  const reads = options.execute === undefined || options.interactive === true;
  const interactive =
    terminal.interactive && reads && options.json !== true && approach?.use === undefined;
  const plan = await readPlan(options);
  const display = createDisplay(plan.ok ? plan.value.display : {}, Date.now);
  const output = createOutput({
    quiet: options.quiet ?? false,
    screen: terminal.current,
    interactive,
    onGone: () => departure.leave("ok"),
    display,
    watch: options.watch ?? false,
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
  const misused = (error: string): Promise<number> => end("usage", `Not connected: ${error}.`);

  const target = parseTarget(text);
  if (!target.ok) return misused(target.error);
  addPath(target.value.url, approach?.path ?? "");
  if (!plan.ok) return misused(plan.error);
  const { first, expect } = plan.value;
  if (options.asCurl === true) {
    const { asCurl } = await import("./as-curl.ts");
    await output.line(asCurl(target.value, options));
    return end("ok");
  }
  const fromInput = secretFromInput(options);
  if (fromInput !== null && process.stdin.isTTY)
    return end("usage", `${fromInput} is for a pipe; at a terminal use a file, or be asked.`);
  const tls = readTlsOptions(options, target.value.url, output.problem);
  if (!tls.ok) return misused(tls.error);
  const looking = approach?.inspect(() => (interactive ? terminal.current() : null));
  if (looking?.ok === false) return end("usage", looking.error);
  inspector = looking?.value ?? null;
  const input = createByteInput(terminal.input());
  const given = await gatherCredentials({
    options,
    target: target.value,
    env: process.env,
    readLine: input.firstLine,
    warn: output.problem,
  });
  if (!given.ok) return misused(given.error);
  const { ask, present } = terminal;
  const connection = await readConnection(options, {
    url: target.value.url,
    env: process.env,
    warn: output.problem,
    askPassword: async (name) => {
      if (!present()) return null;
      const question = { prompt: `password of ${name}: `, hidden: true };
      return (await ask([question], departure.signal))?.[0] ?? null;
    },
  });
  if (!connection.ok) {
    const wish = departure.exit();
    return wish === null ? misused(connection.error) : end(wish);
  }

  const url = showTarget(target.value.url);
  const tally = keepTally();
  const { token, byCertificate = false } = given.value;
  const hasLogin = (token ?? given.value.username ?? given.value.password) !== undefined;
  const manner = mannerOf(options, hasLogin);
  if (manner === null)
    return misused(
      "--subprotocol goes with --dialect none, which knows no login but --auth; the dialects have their own",
    );
  // The plain dialect has no words for a token, so the handshake carries it.
  const tokenFirst = token !== undefined && manner === "plain";
  if (tokenFirst && options.allowInsecurePassword !== true && !isPrivate(target.value.url))
    return misused(
      "the token itself would cross an unencrypted connection to another machine; " +
        "use a wss:// URL, or allow it with --allow-insecure-password",
    );
  const byHandshake = (options.auth ?? options.authFile) !== undefined;
  const { info, problem } = output;

  const recorders: Recorder[] = [];
  const record = (write: (line: string) => void): Recorder => {
    const recorder = createRecorder(write, Date.now);
    recorders.push(recorder);
    return recorder;
  };
  const events = options.json === true ? record((line) => void output.line(line)) : null;
  const file = options.record === undefined ? null : openRecord(options.record);
  if (file instanceof Error) return misused(`--record: ${file.message}`);
  const kept = file === null ? null : record(file.write);

  const link = { dead: false };
  const control = createControl({
    intervalMs: options.pingInterval === undefined ? null : options.pingInterval * 1000,
    timeoutMs: options.pingTimeout * 1000,
    onDead: () => {
      link.dead = true;
      problem(`No pong for ${options.pingTimeout} s: the link is dead.`);
    },
    onFrame: (frame) => {
      for (const { control: take } of recorders) take(frame.type, frame.dir, frame.data);
      // A pong with its time answers a ping that was asked for.
      if (options.showControl === true || (interactive && rttPong(frame)))
        info(describeControl(frame));
    },
  });
  const trace = await traceFor(options.verbose, info);
  let crossed = false;
  let answer: readonly string[] = [];
  const stats = createStats();
  const handshakes = watchHandshakes(
    () => {
      const now = tokenFirst ? token() : null;
      return now?.ok === true ? `Bearer ${now.value}` : null;
    },
    {
      ...tls.value,
      ...connection.value,
      ...(approach?.deflate === true ? { perMessageDeflate: { threshold: 0 } } : {}),
    },
    // A feed is about the connections of others.
    approach?.use === undefined ? inspector?.watch : undefined,
    (request, socket) => {
      crossed = new URL(socket.url).origin !== target.value.url.origin;
      trace?.(request, socket);
      // A redirect comes with the same WebSocket.
      if (socket.listenerCount("ping") > 0) return;
      control.attach(socket);
      socket.on("upgrade", ({ headers }) => {
        // RFC 6455 section 4.1 lets a server select nothing; `ws` does not.
        if (manner === "detect" && request.hasHeader("sec-websocket-protocol"))
          headers["sec-websocket-protocol"] ??= decoy;
        answer = Object.entries(headers).map(([name, value]) => showHeader(name, String(value)));
        const selected = headers["sec-websocket-protocol"] ?? "";
        for (const { opened } of recorders) opened(selected === decoy ? "" : selected);
      });
    },
  );
  const hint = interactive ? " Enter sends a line; exit leaves." : "";
  const narrate = createNarrator({ output, url, tally: tally.now, hint, bare: () => bare });
  const login = createLogin(given.value, {
    ask,
    present,
    info,
    problem,
    signal: departure.signal,
  });
  const provide: typeof login.provide = (request, signal) => {
    if (!crossed) return login.provide(request, signal);
    problem(
      "The server redirected to another origin, which gets no login. Connect to it directly.",
    );
    return null;
  };
  let dialect: DialectName = manner === "plain" ? "plain" : "v1";
  let bare = manner === "none" || manner === "detect";
  let channel: Channel | null = null;
  let waits = 0;
  const maxRetries = options.reconnectMax ?? Infinity;
  const onStatus = (kind: string): void => {
    // Before anybody is told: from then on the terminal shows what is typed.
    if (!interactive && kind === "ready") terminal.release();
    if (kind === "waiting") waits += 1;
    if (waits > maxRetries) departure.leave("broken");
    if (kind !== "ready") return;
    approach?.onReady?.();
    waits = 0;
    // What is said first is said again on each new connection.
    if (channel !== null) for (const message of first) void send(message).catch(() => undefined);
  };
  const stepMs = options.connectTimeout * 1000;
  if (interactive) terminal.open();
  const dialed = await dial({
    url: target.value.url,
    login: { ...login, provide },
    departure,
    manner,
    subprotocols: options.subprotocol ?? [],
    handshakes,
    timeoutMs: stepMs,
    raw: {
      reconnect: options.reconnect ?? false,
      maxRetries,
      onEvent: (event) => {
        for (const recorder of recorders) recorder.take(event);
        stats.take(event);
        if (event.type === "status") onStatus(event.status.kind);
        narrate(event);
      },
    },
    onAbsent:
      options.wait === true
        ? () => info(`No server at ${url} yet; waiting for one. Ctrl-C leaves.`)
        : null,
    options: {
      transport: handshakes.transport,
      handshakeLogin: tokenFirst || byCertificate || byHandshake,
      reconnect: options.reconnect ?? false,
      allowInsecurePassword: options.allowInsecurePassword ?? false,
      limits: { connectTimeoutMs: stepMs, loginTimeoutMs: stepMs },
      onEvent: (event) => {
        bare = false;
        tally.take(event);
        for (const recorder of recorders) recorder.take(event);
        stats.take(event);
        if (event.type === "status") {
          ({ dialect } = event.status);
          onStatus(event.status.kind);
        }
        // What the library says when it got no credentials has been told in other words.
        if (event.type !== "problem" || !login.gaveUp()) narrate(event);
      },
    },
  });

  const send = async (message: Outgoing): Promise<void> => {
    if (channel === null) return;
    if (message.kind === "text") await channel.send(message.text);
    else if (message.kind === "binary") await channel.send(message.data);
    else if (message.kind === "close") {
      await channel.close({ code: message.code, reason: message.reason });
      departure.leave("ok");
    } else control[message.kind](message.data);
  };
  const count = options.one === true ? 1 : options.count;
  const goal = createGoal({ count, expect });
  let complete = true;
  if (dialed.ok) {
    ({ channel } = dialed);
    const { leave } = departure;
    const receiving = {
      channel,
      goal,
      show: async (message: Parameters<typeof output.message>[0]) => {
        stats.received(message);
        if (inspector !== null) {
          await inspector.ready();
          return true;
        }
        if (kept !== null) file?.write(kept.received(message));
        if (events === null) return output.message(message);
        if (display.show(message, false) === null) return false;
        await output.line(events.received(message));
        return true;
      },
      onEnough: () => leave("ok"),
    };
    if (approach?.use !== undefined && inspector !== null && dialed.session !== null)
      await approach.use({ session: dialed.session, inspector, problem, leave });
    else if (interactive)
      await converse({
        ...receiving,
        terminal: terminal.open(),
        output,
        tally,
        first,
        send,
        leave: () => leave("ok"),
        history: await historyOf(options, target.value.url, given.value.password),
        facts: (about) => (about === "headers" ? answer.join("\n") : stats.describe()),
      });
    else {
      complete = await pipe({
        ...receiving,
        messages: following(first, reads ? readMessages(input, framingOf(options)) : null),
        send,
        output,
        tally,
        timeoutMs: options.timeout * 1000,
        eofWaitMs: options.eofWait < 0 ? null : options.eofWait * 1000,
        leave,
      });
    }
  }

  const reason = channel === null ? reasonOf(dialed) : await channel.closed;
  const usedToken = token?.();
  const ending = explain(reason, {
    url,
    established: dialed.ok,
    reconnect: options.reconnect ?? false,
    // Whoever runs us by a script of the repository has no wsecho-server on the path.
    serverCommand: `${process.env["npm_lifecycle_event"] === "wsecho" ? "pnpm " : ""}wsecho-server --demo`,
    failure: handshakes.failure(),
    token: usedToken?.ok === true ? explainToken(usedToken.value, Date.now()) : null,
    dialect,
    handshakeLogin: tokenFirst,
    certificate: byCertificate ? "login" : options.cert === undefined ? "none" : "shown",
    bare: approach === undefined ? "--dialect none" : approach.use === undefined ? "--raw" : null,
    proxy: connection.value.agent === undefined ? null : (options.proxy ?? "of the environment"),
    verbose: options.verbose > 0,
  });
  const missing = describeMissing(tally.now()) ?? "";
  const wanted = goal.missing();
  const isWelcome = reason.kind === "closed" && options.okClose?.includes(reason.code) === true;
  let exit = departure.exit() ?? (isWelcome ? "ok" : ending.exit);
  if (link.dead && exit !== "interrupted") exit = "broken";
  const went = complete || isWelcome || (goal.set && !goal.owed());
  const whole = (missing === "" && went && wanted.count === null) || interactive || output.gone();
  if (exit === "ok" && !whole) exit = "closed";
  if (
    dialed.ok &&
    wanted.expected !== null &&
    (exit === "ok" || exit === "closed" || exit === "timeout")
  )
    exit = "expectation";
  const problems = [
    isWelcome ? "" : ending.text,
    missing,
    ...(dialed.ok ? [wanted.count ?? "", wanted.expected ?? ""] : []),
  ].filter((part) => part !== "");
  if (exit !== "ok")
    for (const { failed } of recorders) failed(exitStatus(exit), problems.join(" "));
  file?.close();
  return end(exit, ...problems);
}

async function traceFor(verbose: number, say: (text: string) => void) {
  if (verbose === 0) return null;
  const { createTrace } = await import("../trace.ts");
  if (verbose === 1) return createTrace({ say, onSocket: () => undefined });
  const { watchFrames } = await import("../wire/frames.ts");
  return createTrace({ say, onSocket: (socket) => watchFrames(socket, say) });
}

async function historyOf({ history }: ConnectCommandOptions, url: URL, password = "") {
  if (!history) return null;
  const { historyDirectory, openHistory } = await import("../prompt/history.ts");
  const isSecret = (line: string): boolean => password !== "" && line.includes(password);
  return openHistory(historyDirectory(process.env), url.host, isSecret);
}

function addPath(url: URL, path: string): void {
  const before = url.pathname.replace(/\/$/, "");
  url.pathname = before.endsWith(path) ? before : before + path;
}

/** `null` where the options do not go together. */
function mannerOf(options: ConnectCommandOptions, hasLogin: boolean): Manner | null {
  const { dialect, subprotocol } = options;
  if (subprotocol === undefined) return dialect ?? (hasLogin ? "v1" : "detect");
  return (dialect ?? "none") === "none" && !hasLogin ? "none" : null;
}

function reasonOf(dialed: Awaited<ReturnType<typeof dial>>): StopReason {
  return dialed.ok ? { kind: "left" } : dialed.reason;
}

function framingOf({ input, delimiter, binary = false, maxSize }: ConnectCommandOptions) {
  const end: Delimiter = delimiter ?? (input === "raw" ? "none" : "lf");
  // Hex takes at least two characters a byte, with blanks three.
  return { input, delimiter: end, binary, maxBytes: input === "hex" ? maxSize * 3 : maxSize };
}

async function* following(
  first: readonly Outgoing[],
  rest: AsyncIterable<Outgoing> | null,
): AsyncGenerator<Outgoing, void, undefined> {
  yield* first;
  if (rest !== null) yield* rest;
}

function rttPong({ rttMs, data }: ControlFrame): boolean {
  return rttMs !== undefined && data.byteLength > 0;
}

function describeControl({ type, dir, data, rttMs }: ControlFrame): string {
  const payload = data.byteLength === 0 ? "" : ` “${data.toString()}”`;
  const time = rttMs === undefined ? "" : ` after ${rttMs.toFixed(1)} ms`;
  return `${dir === "in" ? "<" : ">"} ${type}${payload}${time}`;
}

interface RecordFile {
  readonly write: (line: string) => void;
  readonly close: () => void;
}

/** Only its owner may read it: messages can hold anything. */
function openRecord(path: string): RecordFile | Error {
  try {
    const fd = openSync(path, "a", 0o600);
    fchmodSync(fd, 0o600);
    return { write: (line) => void writeSync(fd, `${line}\n`), close: () => closeSync(fd) };
  } catch (error) {
    return error as Error;
  }
}
