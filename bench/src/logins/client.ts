import { randomBytes } from "node:crypto";
import { startScramClient, webScramCrypto } from "@wsecho/protocol/scram";
import { WebSocket } from "ws";

/** The server's default. */
export const iterations = 600_000;
export const user = "ada";
export const password = randomBytes(12).toString("hex");

export const crypto = webScramCrypto(globalThis.crypto.subtle);

/** The client derives its key once for each store, so that a login takes the server's part of time. */
const derived = new Map<string, Promise<Uint8Array>>();
const cachedCrypto: typeof crypto = {
  ...crypto,
  pbkdf2(secret, salt, rounds) {
    const id = Buffer.from(salt).toString("base64");
    const known = derived.get(id) ?? crypto.pbkdf2(secret, salt, rounds);
    derived.set(id, known);
    return known;
  },
};

type Answer = Readonly<Record<string, unknown>>;

export interface Client {
  readonly ask: (message: object) => Promise<Answer>;
  /** When the server has closed. */
  readonly closed: Promise<number>;
  readonly leave: () => Promise<void>;
}

/** A v1 session, greeted but not logged in. */
export async function connect(url: string): Promise<Client> {
  const socket = new WebSocket(url, "wsecho.v1");
  let take: (text: string) => void = () => undefined;
  const next = (): Promise<Answer> =>
    new Promise((resolve) => {
      take = (text) => resolve(JSON.parse(text) as Answer);
    });
  socket.on("message", (data: Buffer) => take(data.toString()));
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  await next();
  return {
    ask(message) {
      const answer = next();
      socket.send(JSON.stringify(message));
      return answer;
    },
    closed,
    async leave() {
      socket.close();
      await closed;
    },
  };
}

/** One step of a login; throws where the server does not answer as it should. */
async function expectAnswer(client: Client, message: object, type: string): Promise<Answer> {
  const answer = await client.ask(message);
  if (answer["type"] !== type) throw new Error(`${type} was expected: ${JSON.stringify(answer)}`);
  return answer;
}

export type LogIn = (client: Client) => Promise<void>;

export async function logInByScram(client: Client): Promise<void> {
  const nonce = randomBytes(18).toString("base64");
  const options = { crypto: cachedCrypto, user, password, nonce, maxIterations: iterations };
  const started = startScramClient(options);
  if (!started.ok) throw new Error(started.error.message);
  const data = started.value.clientFirst;
  const auth = { type: "auth", mechanism: "scram-sha-256", data };
  const challenge = await expectAnswer(client, auth, "challenge");
  const proof = await started.value.answer(String(challenge["data"]));
  if (!proof.ok) throw new Error(proof.error.message);
  await expectAnswer(client, { type: "response", data: proof.value.clientFinal }, "ok");
}

export async function logInByPlain(client: Client): Promise<void> {
  await expectAnswer(client, { type: "auth", mechanism: "plain", user, password }, "ok");
}

export function byToken(token: string): LogIn {
  return async (client) => {
    await expectAnswer(client, { type: "auth", mechanism: "token", token }, "ok");
  };
}

async function timed<T>(run: () => Promise<T>): Promise<readonly [T, number]> {
  const startedAt = performance.now();
  const value = await run();
  return [value, performance.now() - startedAt];
}

/** How long challenge and verdict take for a proof that is none; ms. The client does no work. */
export async function guessByScram(url: string, name: string): Promise<readonly [number, number]> {
  const client = await connect(url);
  const nonce = randomBytes(18).toString("base64");
  const auth = { type: "auth", mechanism: "scram-sha-256", data: `n,,n=${name},r=${nonce}` };
  const [challenge, first] = await timed(() => expectAnswer(client, auth, "challenge"));
  const whole = /^r=([^,]+)/.exec(String(challenge["data"]))?.[1] ?? "";
  const data = `c=biws,r=${whole},p=${randomBytes(32).toString("base64")}`;
  const [, second] = await timed(() => expectAnswer(client, { type: "response", data }, "denied"));
  await client.leave();
  return [first, second];
}

/** How long the verdict about a wrong password takes; ms. */
export async function guessByPlain(url: string, name: string): Promise<number> {
  const client = await connect(url);
  const auth = { type: "auth", mechanism: "plain", user: name, password: "wrong" };
  const [, time] = await timed(() => expectAnswer(client, auth, "denied"));
  await client.leave();
  return time;
}
