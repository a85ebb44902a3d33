import { randomInt } from "node:crypto";
import { failure, success, type Result } from "@wsecho/protocol";
import { readAccess } from "../access.ts";
import { brokenConditions, parseCondition, type Condition } from "../bench/condition.ts";
import { openLine, type LineOptions } from "../bench/line.ts";
import { chooseLogin } from "../bench/login.ts";
import type { BenchInvocation, BenchOptions } from "../bench/options.ts";
import { createMessages } from "../bench/message.ts";
import { createMeter } from "../bench/meter.ts";
import { formatResult } from "../bench/report.ts";
import { resultOf } from "../bench/result.ts";
import { runBench, slowOf, type Plan } from "../bench/run.ts";
import { createTally } from "../bench/tally.ts";
import { parseTemplate, templateMessages } from "../bench/template.ts";
import { isKin, unusedLogin } from "../connection/kin.ts";
import { readRequest } from "../connection/read.ts";
import { createDeparture } from "../departure.ts";
import { exitStatus, type ExitName } from "../exit.ts";
import { watchHandshakes, type Handshakes } from "../handshake.ts";
import { createByteInput } from "../input/bytes.ts";
import { createOutput } from "../output.ts";
import { asking, findConsole } from "../prompt/console.ts";
import { parseTarget, showTarget } from "../target.ts";
import { columns } from "../wire/screen.ts";
import { readMessageFile } from "./plan.ts";

/** @returns the exit status */
export async function benchCommand({ target: text, options }: BenchInvocation): Promise<number> {
  const departure = createDeparture(() => terminal.release());
  const terminal = findConsole(() => departure.interrupt("interrupted"));
  const output = createOutput({
    quiet: options.quiet ?? false,
    screen: () => null,
    interactive: false,
    onGone: () => departure.leave("ok"),
  });
  const end = async (exit: ExitName, ...problems: readonly string[]): Promise<number> => {
    for (const problem of problems) output.problem(problem);
    await output.flush();
    return exitStatus(exit);
  };

  const refuse = (error: string): Promise<number> => {
    const wish = departure.exit();
    return wish === null ? end("usage", `No bench: ${error}.`) : end(wish);
  };

  const target = parseTarget(text);
  if (!target.ok) return refuse(target.error);
  const conditions: Condition[] = [];
  for (const each of options.failIf ?? []) {
    const condition = parseCondition(each);
    if (!condition.ok) return end("usage", `--fail-if: ${condition.error}.`);
    conditions.push(condition.value);
  }
  const { url } = target.value;
  const ask = asking(terminal, departure.signal);
  const access = await readAccess(target.value, options, {
    env: process.env,
    readLine: createByteInput(process.stdin).firstLine,
    warn: output.problem,
    ask,
  });
  if (!access.ok) return refuse(access.error);
  const { tls, given } = access.value;
  const request = await readRequest(options, { url, env: process.env, warn: output.problem, ask });
  terminal.release();
  if (!request.ok) return refuse(request.error);
  const handshakes = (): Handshakes =>
    watchHandshakes(() => null, { ...tls, headers: request.value });
  const timeoutMs = options.timeout * 1000;
  const login = await chooseLogin(options, given, () =>
    isKin({
      url: url.href,
      transport: handshakes().transport,
      timeoutMs,
      signal: departure.signal,
    }),
  );
  if (typeof login === "string") return refuse(login);
  if (login.unused === true) output.info(unusedLogin);

  const { connections, slowReaders } = options;
  const slow = slowOf(connections, slowReaders);
  if (slow === 0 && slowReaders > 0)
    return refuse(`--slow-readers: ${slowReaders} % of ${connections} connections is none`);
  const messages = readMessages(options);
  if (!messages.ok) return refuse(messages.error);
  const { messagesOf } = messages.value;
  const sizeBytes = Buffer.byteLength(
    messagesOf(0).make(0),
    options.binary === true ? "latin1" : "utf8",
  );

  const tallies = { readers: createTally(), slow: createTally() };
  const loop = options.rate === undefined ? "closed" : "open";
  const meter = createMeter({
    tally: tallies.readers,
    asked: options.connections,
    quiet: options.quiet ?? false,
  });
  const line: LineOptions = {
    url,
    handshakes,
    session: login.session,
    subprotocols: options.subprotocol ?? [],
    binary: options.binary ?? false,
    timeoutMs,
  };
  const plan = planOf(options, messagesOf, sizeBytes);
  const { opened, slowOpened, seconds, failed } = await runBench(plan, tallies, {
    open: (listener) => openLine(line, listener),
    now: () => Number(process.hrtime.bigint()),
    onProgress: meter.show,
    signal: departure.signal,
  });
  meter.clear();
  const result = resultOf(tallies, {
    url: showTarget(url),
    loop,
    asked: options.connections,
    opened,
    seconds,
    sizeBytes,
    slow: { asked: slow, opened: slowOpened },
  });
  const shown =
    options.json === true ? [JSON.stringify(result)] : formatResult(result, columns() ?? Infinity);
  // Line by line: a terminal indents the later lines of one message.
  for (const line of shown) await output.line(line);
  const broken = brokenConditions(conditions, result);
  if (broken.length > 0) return end("expectation", ...broken.map((each) => `Failed: ${each}.`));
  const wish = departure.exit();
  if (wish !== null) return end(wish);
  if (opened === 0)
    return end(
      failed?.exit ?? "unreachable",
      `No connection came about; wsecho doctor ${showTarget(url)} looks for the reason.`,
    );
  const faults = result.lost + result.corrupt + result.doubled;
  return faults === 0 ? end("ok") : end("closed", "Not every message had its echo.");
}

/** By a template, or so many bytes each. */
function readMessages({
  template: given,
  size,
  binary = false,
}: BenchOptions): Result<Pick<Plan, "messagesOf">, string> {
  if (given === undefined)
    return success({ messagesOf: (connection) => createMessages(size, connection) });
  const text = given.startsWith("@")
    ? readMessageFile(given.slice(1), false, `--template ${given}`)
    : success({ kind: "text", text: given } as const);
  if (!text.ok) return text;
  if (text.value.kind !== "text") return failure(`--template ${given} is no text in UTF-8`);
  const template = parseTemplate(text.value.text);
  if (!template.ok) return failure(`--template: ${template.error}`);
  const seed = randomInt(2 ** 32);
  return success({
    messagesOf: (connection) => templateMessages(template.value, { connection, seed, binary }),
  });
}

function planOf(options: BenchOptions, messagesOf: Plan["messagesOf"], sizeBytes: number): Plan {
  return {
    connections: options.connections,
    ramp: options.ramp ?? null,
    rate: options.rate ?? null,
    inFlight: options.inFlight,
    sizeBytes,
    messagesOf,
    slowPercent: options.slowReaders,
    seconds: options.duration,
    messages: options.messages ?? null,
    patienceMs: options.timeout * 1000,
  };
}
