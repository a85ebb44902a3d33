/**
 * What a login tells an eavesdropper with a stopwatch, and what it costs the server:
 *
 *     node --conditions=@wsecho/source bench/src/logins.ts [rounds of SCRAM] [rounds of plain]
 *
 * Unknown and known users take turns against one real server with a real SQLite file, each wrong
 * password over a connection of its own; the throttle is told to forget at once. `AUC` says how
 * often a known user's answer is the slower one of a pair: 0.5 is a coin.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { webScramCrypto, createVerifier, startScramClient } from "@wsecho/protocol/scram";
import { createServer, openStore } from "@wsecho/server";
import { WebSocket } from "ws";

const [scramRounds = 400, plainRounds = 40] = process.argv.slice(2).map(Number);
const crypto = webScramCrypto(globalThis.crypto.subtle);
/** The server's default. */
const iterations = 600_000;
const known = "ada";
const password = randomBytes(12).toString("hex");

/** The client derives its key once: what is left of its share is small beside the server's. */
let derived: Promise<Uint8Array> | undefined;
const cachedCrypto: typeof crypto = {
  ...crypto,
  pbkdf2: (...args) => (derived ??= crypto.pbkdf2(...args)),
};

type Samples = Record<"known" | "unknown", number[]>;

const folder = await mkdtemp(join(tmpdir(), "wsecho-logins-"));
const at = { pairMs: 1, addressMs: 1, allMs: 1 };
const store = await openStore({ data: folder }, { iterations, failureDecay: at });
const server = createServer({ port: 0, store, webRoot: null });
try {
  const salt = new Uint8Array(randomBytes(16));
  const verifier = await createVerifier(crypto, password, { salt, iterations });
  if (!verifier.ok) throw new Error(verifier.error.message);
  await store.users.add({ name: known, verifier: verifier.value });
  const { url } = await server.listen();
  await report(url);
} finally {
  await server.close();
  await store.close();
  await rm(folder, { recursive: true });
}

async function report(url: string): Promise<void> {
  const challenge: Samples = { known: [], unknown: [] };
  const verdict: Samples = { known: [], unknown: [] };
  const plain: Samples = { known: [], unknown: [] };
  await alternate(scramRounds, async (kind) => {
    const [first, second] = await guessByScram(url, nameOf(kind));
    challenge[kind].push(first);
    verdict[kind].push(second);
  });
  await alternate(plainRounds, async (kind) => {
    plain[kind].push(await guessByPlain(url, nameOf(kind)));
  });
  show("SCRAM, challenge", challenge);
  show("SCRAM, verdict", verdict);
  show("plain, verdict", plain);
  await showCost("SCRAM", scramRounds, url, logInByScram);
  await showCost("plain", plainRounds, url, logInByPlain);
}

/** Which of the two is first changes, or the order would show. */
async function alternate(
  rounds: number,
  guess: (kind: keyof Samples) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const order =
      round % 2 === 0 ? (["known", "unknown"] as const) : (["unknown", "known"] as const);
    for (const kind of order) await guess(kind);
  }
}

function nameOf(kind: keyof Samples): string {
  return kind === "known" ? known : randomBytes(2).toString("hex").slice(0, 3);
}

interface Peer {
  readonly ask: (message: object) => Promise<Readonly<Record<string, unknown>>>;
  readonly close: () => void;
}

async function connect(url: string): Promise<Peer> {
  const socket = new WebSocket(url, "wsecho.v1");
  let take: (text: string) => void = () => undefined;
  const next = (): Promise<Record<string, unknown>> =>
    new Promise((resolve) => {
      take = (text) => resolve(JSON.parse(text) as Record<string, unknown>);
    });
  socket.on("message", (data: Buffer) => take(data.toString()));
  await next();
  return {
    ask(message) {
      const answer = next();
      socket.send(JSON.stringify(message));
      return answer;
    },
    close: () => socket.terminate(),
  };
}

async function timed<T>(run: () => Promise<T>): Promise<readonly [T, number]> {
  const startedAt = performance.now();
  const value = await run();
  return [value, performance.now() - startedAt];
}

/** How long challenge and verdict took; the client's own work, which is none here, is left out. */
async function guessByScram(url: string, user: string): Promise<readonly [number, number]> {
  const peer = await connect(url);
  const nonce = randomBytes(18).toString("base64");
  const data = `n,,n=${user},r=${nonce}`;
  const [challenge, first] = await timed(() =>
    peer.ask({ type: "auth", mechanism: "scram-sha-256", data }),
  );
  const whole = /^r=([^,]+)/.exec(String(challenge["data"]))?.[1] ?? "";
  const proof = randomBytes(32).toString("base64");
  const [answer, second] = await timed(() =>
    peer.ask({ type: "response", data: `c=biws,r=${whole},p=${proof}` }),
  );
  if (answer["type"] !== "denied") throw new Error(JSON.stringify(answer));
  peer.close();
  return [first, second];
}

async function guessByPlain(url: string, user: string): Promise<number> {
  const peer = await connect(url);
  const message = { type: "auth", mechanism: "plain", user, password: "wrong" };
  const [answer, time] = await timed(() => peer.ask(message));
  if (answer["type"] !== "denied") throw new Error(JSON.stringify(answer));
  peer.close();
  return time;
}

function show(what: string, { known: yes, unknown: no }: Samples): void {
  const line = (values: readonly number[]): string => {
    // The first tenth is warming up.
    const sorted = values.slice(Math.floor(values.length / 10)).sort((a, b) => a - b);
    const quantile = (q: number): string =>
      (sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN).toFixed(3);
    return `min ${quantile(0)}  p10 ${quantile(0.1)}  p50 ${quantile(0.5)}  p90 ${quantile(0.9)}  p99 ${quantile(0.99)} ms`;
  };
  console.info(`${what}, ${yes.length} each; AUC ${auc(yes, no).toFixed(3)}`);
  console.info(`  known    ${line(yes)}`);
  console.info(`  unknown  ${line(no)}`);
}

/** How often a value of `a` is greater than one of `b`. */
function auc(a: readonly number[], b: readonly number[]): number {
  let wins = 0;
  for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0;
  return wins / (a.length * b.length);
}

async function logInByScram(url: string): Promise<void> {
  const peer = await connect(url);
  const nonce = randomBytes(18).toString("base64");
  const started = startScramClient({
    crypto: cachedCrypto,
    user: known,
    password,
    nonce,
    maxIterations: iterations,
  });
  if (!started.ok) throw new Error(started.error.message);
  const scram = started.value;
  const data = scram.clientFirst;
  const challenge = await peer.ask({ type: "auth", mechanism: "scram-sha-256", data });
  const proof = await scram.answer(String(challenge["data"]));
  if (!proof.ok) throw new Error(proof.error.message);
  const answer = await peer.ask({ type: "response", data: proof.value.clientFinal });
  if (answer["type"] !== "ok") throw new Error(JSON.stringify(answer));
  peer.close();
}

async function logInByPlain(url: string): Promise<void> {
  const peer = await connect(url);
  const answer = await peer.ask({ type: "auth", mechanism: "plain", user: known, password });
  if (answer["type"] !== "ok") throw new Error(JSON.stringify(answer));
  peer.close();
}

/** CPU of the process, that is of both ends, so an upper bound of the server's. */
async function showCost(
  what: string,
  rounds: number,
  url: string,
  logIn: (url: string) => Promise<void>,
): Promise<void> {
  await logIn(url);
  const before = process.cpuUsage();
  for (let i = 0; i < rounds; i++) await logIn(url);
  const { user, system } = process.cpuUsage(before);
  console.info(
    `${what}: ${((user + system) / 1000 / rounds).toFixed(2)} ms of CPU a login, both ends`,
  );
}
