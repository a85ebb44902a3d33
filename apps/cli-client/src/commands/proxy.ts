import { createInterface } from "node:readline";
import { isLoopback } from "@wsecho/client";
import { createRedactor, type WireRecord } from "@wsecho/wire";
import { failure, success, type Result } from "@wsecho/protocol";
import { readTlsOptions } from "../certificates.ts";
import { exitStatus } from "../exit.ts";
import { findConsole } from "../prompt/console.ts";
import { createDesk, loadRules } from "../proxy/desk.ts";
import { authorityFile, withAuthority, withCertificate, type NearTls } from "../proxy/near-tls.ts";
import type { ProxyCommandOptions, ProxyInvocation } from "../proxy/options.ts";
import { startProxy, type Proxy } from "../proxy/proxy.ts";
import { capturesOf, openRecorder, type Recorder } from "../proxy/recorder.ts";
import { startUi } from "../proxy/ui.ts";
import { createRulebook } from "../proxy/rulebook.ts";
import { parseTarget, showTarget } from "../target.ts";
import { talk, talkLines } from "../terminal/talk.ts";
import { createRows } from "../wire/rows.ts";
import { columns, paint } from "../wire/screen.ts";

/** Does what `proxy` or `replay` asks for; resolves with the exit status. */
export async function proxyCommand(invocation: ProxyInvocation): Promise<number> {
  if (invocation.kind === "proxy") return runProxy(invocation.options);
  const { replayCommand } = await import("../proxy/replay.ts");
  return replayCommand(invocation);
}

/** Rows that nobody takes are not kept without end. */
const maxUnread = 4 * 1024 * 1024;

async function runProxy(options: ProxyCommandOptions): Promise<number> {
  const { reveal = false, quiet = false } = options;
  const stopped = Promise.withResolvers<"ok" | "interrupted" | "terminated" | "hangup">();
  const stop = (): void => stopped.resolve("interrupted");
  const console = findConsole(stop);
  const say = (text: string): void => {
    const terminal = console.current();
    if (terminal === null) talk(text);
    else terminal.print(talkLines(text, process.stderr));
  };
  const refused = (error: string): number => {
    say(error);
    return exitStatus("usage");
  };

  const prepared = await prepare(options, say);
  if (!prepared.ok) return refused(prepared.error);
  const { target, nearTls, tls, rulebook } = prepared.value;
  const recorders: Recorder[] = [];
  for (const capture of capturesOf(options)) {
    const recorder = openRecorder(capture, reveal, options.force ?? false);
    if (!recorder.ok) return refused(recorder.error);
    recorders.push(recorder.value);
  }

  const rows = createRows({
    bytes: options.bytes ?? false,
    fold: options.fold,
    columns,
    paint,
  });
  const redactor = createRedactor({ reveal });
  const print = (lines: readonly string[]): void => {
    if (lines.length === 0) return;
    const text = lines.join("\n");
    const terminal = console.current();
    if (terminal !== null) terminal.print(text);
    // What is not read is left out here, and is in the capture all the same.
    else if (process.stdout.writableLength < maxUnread) process.stdout.write(`${text}\n`);
  };
  process.stdout.on("error", () => undefined);

  const watchers: ((record: WireRecord) => void)[] = recorders.map(({ push }) => push);
  if (!quiet)
    watchers.push((record) => print(redactor.push(record).flatMap((shown) => rows.push(shown))));

  const ui =
    options.ui === undefined
      ? undefined
      : await startUi(options.ui === true ? 0 : options.ui, reveal);
  if (ui?.ok === false) return refused(ui.error);
  if (ui !== undefined) watchers.push(ui.value.record);

  const proxy = await startProxy({
    ...options.listen,
    target,
    keepHost: options.keepHost ?? (target !== undefined && isLoopback(target.hostname)),
    maxConnections: options.maxConnections,
    tls,
    nearTls,
    rulebook,
    record: (record) => {
      for (const watch of watchers) watch(record);
    },
    onHeld: (held) => desk.held(held),
    say,
  });
  if (!proxy.ok) {
    await ui?.value.close();
    return refused(proxy.error);
  }
  const running = proxy.value;
  running.holdAll = options.hold ?? false;
  const desk = createDesk({
    proxy: running,
    rulebook,
    reveal,
    say,
    onQuit: () => stopped.resolve("ok"),
  });
  watchers.unshift(desk.record);

  greet(options, running, target, say);
  if (ui !== undefined) say(`frames on ${ui.value.address}`);
  const inputEnd = takeInput(console, desk.line, () => stopped.resolve("ok"));
  const signals = { SIGINT: "interrupted", SIGTERM: "terminated", SIGHUP: "hangup" } as const;
  for (const [signal, why] of Object.entries(signals))
    process.on(signal, () => stopped.resolve(why));

  const why = await stopped.promise;
  inputEnd();
  await running.close();
  await ui?.value.close();
  if (!quiet) print([...redactor.end().flatMap((shown) => rows.push(shown)), ...rows.end()]);
  console.release();
  const unwritten = recorders.flatMap(({ end }) => {
    const written = end();
    return written.ok ? [] : [written.error];
  });
  return unwritten.length > 0 ? refused(unwritten.join("\n")) : exitStatus(why);
}

async function prepare(options: ProxyCommandOptions, say: (text: string) => void) {
  const target = options.target === undefined ? undefined : parseTarget(options.target);
  if (target?.ok === false) return failure(`--target: ${target.error}`);
  if (target?.value.username !== undefined)
    return failure("--target: the proxy logs nobody in; leave the name out of the URL");
  const url = target?.value.url;
  // Whether there will be TLS shows only in a tunnel.
  const tls = await readTlsOptions(options, url ?? new URL("wss://tunnel"), {
    warn: say,
    // Of certificates it takes those of authorities alone, which have no key.
    ask: () => Promise.resolve(null),
  });
  if (!tls.ok) return tls;
  const nearTls = await findNearTls(options);
  if (!nearTls.ok) return nearTls;
  const rules = options.rules === undefined ? success([]) : loadRules(options.rules);
  if (!rules.ok) return failure(`--rules: ${rules.error}`);
  const rulebook = createRulebook(rules.value);
  return success({ target: url, tls: tls.value, nearTls: nearTls.value, rulebook });
}

async function findNearTls({
  tlsCert,
  tlsKey,
  ca,
}: ProxyCommandOptions): Promise<Result<NearTls | undefined, string>> {
  if ((tlsCert ?? tlsKey) !== undefined && ca !== undefined)
    return failure("--ca makes certificates, so it does not go with --tls-cert and --tls-key");
  if (ca !== undefined) return withAuthority(ca);
  if (tlsCert === undefined && tlsKey === undefined) return success(undefined);
  if (tlsCert === undefined || tlsKey === undefined)
    return failure("--tls-cert and --tls-key go together");
  return withCertificate(tlsCert, tlsKey);
}

function greet(
  { listen, ca, tlsCert, reveal }: ProxyCommandOptions,
  { port }: Proxy,
  target: URL | undefined,
  say: (text: string) => void,
): void {
  const host = listen.host.includes(":") ? `[${listen.host}]` : listen.host;
  const where = `${host}:${port}`;
  const schemes = ca === undefined && tlsCert === undefined ? "ws" : "ws and wss";
  say(
    target === undefined
      ? `HTTP proxy on http://${where}`
      : `proxy on ws://${where} (${schemes}) to ${showTarget(target)}`,
  );
  if (ca !== undefined)
    say(
      `clients have to trust ${authorityFile(ca)}; whoever has the key beside it can pose as any server to them`,
    );
  if (!/^(127\.|localhost$|::1$)/.test(listen.host))
    say("WARNING: everybody who reaches this address can use the proxy, and is in its record.");
  if (reveal === true) say("secrets are shown (--reveal)");
}

/** Commands from a person or a pipe. @returns how to stop */
function takeInput(
  console: ReturnType<typeof findConsole>,
  onLine: (line: string) => void,
  onEnd: () => void,
): () => void {
  if (console.interactive) {
    console.open().prompt("proxy> ", onLine, onEnd);
    return () => undefined;
  }
  // The end of a pipe is no reason to stop: `wsecho proxy … < /dev/null` serves on.
  const lines = createInterface({ input: process.stdin });
  lines.on("line", onLine);
  return () => {
    lines.close();
    process.stdin.destroy();
  };
}
