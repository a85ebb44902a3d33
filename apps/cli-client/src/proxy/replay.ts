import { setTimeout as sleep } from "node:timers/promises";
import { createRedactor, type MessageRecord } from "@wsecho/wire";
import { WebSocket, type RawData } from "ws";
import { readTlsOptions } from "../certificates.ts";
import { exitStatus, type ExitName } from "../exit.ts";
import { isHeaderToken } from "../header-token.ts";
import { parseTarget, showTarget } from "../target.ts";
import { sanitizeLine, sanitizeLines } from "../terminal/sanitize.ts";
import { readCapture } from "../wire/input.ts";
import { createConversations, type Conversation } from "./conversation.ts";
import type { ProxyInvocation, ReplayOptions } from "./options.ts";

type Invocation = Extract<ProxyInvocation, { readonly kind: "replay" }>;

const say = (text: string): void => void process.stderr.write(`${sanitizeLines(text)}\n`);

/** Plays the client's side of a capture again; resolves with the exit status. */
export async function replayCommand({ file, target, options }: Invocation): Promise<number> {
  const read = await readConversation(file, options);
  if (read === undefined) return exitStatus("usage");
  const parsed = parseTarget(target);
  if (!parsed.ok) {
    say(parsed.error);
    return exitStatus("usage");
  }
  const { url } = parsed.value;
  // No certificate of its own, so there is no key.
  const ask = (): Promise<null> => Promise.resolve(null);
  const tls = await readTlsOptions(options, url, { warn: say, ask });
  if (!tls.ok) {
    say(tls.error);
    return exitStatus("usage");
  }
  const { path, subprotocols } = read;
  if (url.pathname === "/" && url.search === "" && path !== undefined)
    url.href = new URL(path, url).href;
  // No WebSocket URL has a fragment (RFC 6455 section 3), whatever the captured client asked for.
  url.hash = "";
  for (const lack of read.lacks) say(lack);
  if (options.quiet !== true)
    say(`replaying ${read.turns.length} messages of connection ${read.conn} to ${showTarget(url)}`);
  // A hidden token is none that may be offered.
  const socket = new WebSocket(url, [...new Set(subprotocols)].filter(isHeaderToken), {
    ...tls.value,
    perMessageDeflate: false,
    handshakeTimeout: options.timeout * 1000,
  });
  return exitStatus(await play(socket, read, options));
}

async function readConversation(
  file: string,
  { conn }: ReplayOptions,
): Promise<Conversation | undefined> {
  const conversations = createConversations();
  let problems = 0;
  await readCapture(file, {
    records: (records) => {
      for (const record of records) conversations.push(record);
      return Promise.resolve();
    },
    problem: ({ says }) => {
      problems += 1;
      say(`${file === "-" ? "the input" : file}: ${says}`);
    },
    progress: () => undefined,
    stopped: () => false,
  });
  const all = conversations.all().filter(({ turns }) => turns.length > 0);
  const found = conn === undefined ? all[0] : all.find((one) => one.conn === conn);
  if (found !== undefined) return found;
  if (problems === 0 || all.length > 0)
    say(
      all.length === 0
        ? "the capture holds no message of a client"
        : `no connection ${conn} with messages of a client; there are ${all.map((one) => one.conn).join(", ")}`,
    );
  return undefined;
}

async function play(
  socket: WebSocket,
  { turns, replies }: Conversation,
  { timing = false, timeout, quiet = false, reveal = false }: ReplayOptions,
): Promise<ExitName> {
  const got: MessageRecord[] = [];
  const redactor = createRedactor({ reveal });
  let wake = Promise.withResolvers<undefined>();
  let ended: ExitName | undefined;
  const end = new AbortController();
  const stop = (why: ExitName): void => {
    ended ??= why;
    end.abort();
    wake.resolve(undefined);
  };
  socket.on("message", (data: RawData, isBinary: boolean) => {
    const record = toRecord(data as Buffer, isBinary, got.length + 1);
    got.push(record);
    if (!quiet) for (const shown of redactor.push(record)) if (shown.k === "message") print(shown);
    wake.resolve(undefined);
    wake = Promise.withResolvers();
  });
  socket.on("close", (code, reason) => {
    if (ended === undefined) say(`the server closed: ${code} ${reason.toString()}`.trimEnd());
    stop(code === 1006 ? "broken" : "closed");
  });
  socket.on("unexpected-response", (request, { statusCode }) => {
    say(`the server refused the handshake: HTTP ${statusCode ?? 0}`);
    stop("handshake");
    request.destroy();
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    if (ended !== undefined) return;
    say(`no connection: ${error.code ?? error.message}`);
    stop("unreachable");
  });
  process.once("SIGINT", () => stop("interrupted"));
  socket.on("open", () => wake.resolve(undefined));

  /** Waits for so many replies. */
  const replied = async (count: number): Promise<boolean> => {
    const deadline = AbortSignal.timeout(timeout * 1000);
    const late = new Promise<undefined>((resolve) => {
      deadline.addEventListener("abort", () => resolve(undefined));
    });
    while (got.length < count && ended === undefined && !deadline.aborted)
      await Promise.race([wake.promise, late]);
    return got.length >= count;
  };

  while (socket.readyState === WebSocket.CONNECTING && ended === undefined) {
    await wake.promise;
    wake = Promise.withResolvers();
  }
  const begin = performance.now();
  for (const [i, { message, after, at }] of turns.entries()) {
    const early = at / 1000 - (performance.now() - begin);
    if (timing)
      await sleep(Math.max(0, early), undefined, { signal: end.signal }).catch(() => undefined);
    else if (!(await replied(after)) && ended === undefined) {
      say(`reply ${got.length + 1} did not come within ${timeout} s; going on without it`);
    }
    if (ended !== undefined) {
      const left = turns.length - i;
      say(left === 1 ? "1 message was not sent" : `${left} messages were not sent`);
      return ended;
    }
    // Whatever logs in by it, a server may say again.
    redactor.push({ ...message, conn: 1 });
    socket.send(message.data ?? message.text ?? "", { binary: message.op === 2 });
  }
  await replied(replies.length);
  if (ended !== undefined && got.length < replies.length) return ended;
  socket.close(1000);
  ended ??= "ok";
  return compare(got, replies);
}

function compare(got: readonly MessageRecord[], replies: readonly MessageRecord[]): ExitName {
  const other = got.filter((reply, i) => {
    const was = replies[i];
    return was === undefined || was.text !== reply.text || !sameBytes(was.data, reply.data);
  }).length;
  const missing = Math.max(0, replies.length - got.length);
  say(
    `${got.length} replies, ${other} of them not as in the capture` +
      (missing === 0 ? "" : `, ${missing} missing`),
  );
  return other + missing === 0 ? "ok" : "expectation";
}

const sameBytes = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  Buffer.from(a ?? []).equals(Buffer.from(b ?? []));

function toRecord(data: Buffer, isBinary: boolean, msg: number): MessageRecord {
  return {
    k: "message",
    t: 0,
    us: 0,
    conn: 1,
    at: "client",
    dir: "s2c",
    msg,
    op: isBinary ? 2 : 1,
    frames: [msg, msg],
    parts: 1,
    len: data.length,
    wire: data.length,
    compressed: false,
    ...(isBinary ? { data } : { text: data.toString() }),
    lint: [],
  };
}

function print({ text, data }: MessageRecord): void {
  const line = text ?? Buffer.from(data ?? []).toString("hex");
  process.stdout.write(`${process.stdout.isTTY ? sanitizeLine(line) : line}\n`);
}
