import { WebSocket } from "ws";
import { readTlsOptions } from "../certificates.ts";
import { exitStatus, type ExitName } from "../exit.ts";
import { isHeaderToken } from "../header-token.ts";
import { parseTarget, showTarget } from "../target.ts";
import { sanitizeLines } from "../terminal/sanitize.ts";
import { readCapture } from "../wire/input.ts";
import { createConversations, type Conversation } from "./conversation.ts";
import type { ProxyInvocation, ReplayOptions } from "./options.ts";
import { play } from "./play.ts";

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
  const leaving = new AbortController();
  // A second Ctrl-C ends it at once.
  process.once("SIGINT", () => leaving.abort());
  const rounds = options.loop === true ? (options.loopCount ?? Infinity) : 1;
  let outcome: ExitName = "ok";
  for (let round = 1; round <= rounds && !leaving.signal.aborted; round += 1) {
    // A hidden token is none that may be offered.
    const socket = new WebSocket(url, [...new Set(subprotocols)].filter(isHeaderToken), {
      ...tls.value,
      perMessageDeflate: false,
      handshakeTimeout: options.timeout * 1000,
    });
    const name = rounds === 1 ? "" : `round ${round}: `;
    const ended = await play(socket, read, {
      ...options,
      speed: options.speed ?? (options.timing === true ? 1 : null),
      signal: leaving.signal,
      say: (text) => say(name + text),
    });
    // Other replies than before are no reason to stop, but are not forgotten.
    if (ended !== "ok") outcome = ended;
    if (ended !== "ok" && ended !== "expectation") break;
  }
  return exitStatus(leaving.signal.aborted ? "interrupted" : outcome);
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
