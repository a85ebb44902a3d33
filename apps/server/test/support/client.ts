import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { onTestFinished } from "vitest";
import { WebSocket, type ClientOptions } from "ws";
import { randomBytes } from "node:crypto";
import { startScramClient } from "@wsecho/protocol/scram";
import { nodeScramCrypto } from "../../src/scram-crypto.ts";
import { createQueue } from "./queue.ts";

/** A text as a string, a binary message as bytes. */
export type Received = string | Buffer;

export interface TestClient {
  readonly socket: WebSocket;
  readonly send: (...messages: readonly (string | Buffer)[]) => void;
  readonly sendJson: (...messages: readonly object[]) => void;
  readonly next: () => Promise<Received>;
  readonly nextJson: () => Promise<Readonly<Record<string, unknown>>>;
  /** What came and was not asked for. */
  readonly rest: () => Received[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

export async function connect(
  url: string,
  protocol: string | readonly string[] = [],
  options: ClientOptions = {},
): Promise<TestClient> {
  const client = watch(new WebSocket(url, [protocol].flat(), options));
  await once(client.socket, "open");
  return client;
}

/** Everything is listened for from the start, so that nothing is missed. */
function watch(socket: WebSocket): TestClient {
  const received = createQueue<Received>();
  socket.on("message", (data: Buffer, isBinary) => {
    received.push(isBinary ? data : data.toString());
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => {
      received.end(new Error(`closed with ${code} ${reason.toString()}`));
      resolve({ code, reason: reason.toString() });
    });
  });
  socket.on("error", () => undefined);
  onTestFinished(() => socket.terminate());
  const send = (...messages: readonly (string | Buffer)[]): void => {
    for (const message of messages) socket.send(message);
  };
  return {
    socket,
    send,
    sendJson: (...messages) => send(...messages.map((message) => JSON.stringify(message))),
    next: received.next,
    nextJson: async () =>
      JSON.parse((await received.next()).toString()) as Readonly<Record<string, unknown>>,
    rest: received.rest,
    closed,
  };
}

/** Connects in the plain dialect and logs in as admin. */
export async function connectPlain(url: string): Promise<TestClient> {
  const client = await connect(url);
  client.send("admin:123456");
  await client.next();
  return client;
}

/** Connects in v1 and logs in; `hello` and `ok` have been taken. */
export async function connectV1(url: string, user = "admin", password = "123456") {
  const client = await connect(url, "wsecho.v1");
  client.sendJson({ type: "auth", mechanism: "plain", user, password });
  await client.nextJson();
  await client.nextJson();
  return client;
}

/** One SCRAM login over an open connection; the last message of the server, and what it proves. */
export async function logInByScram(
  client: TestClient,
  user: string,
  password: string,
  more: object = {},
) {
  const nonce = randomBytes(18).toString("base64");
  const started = startScramClient({
    crypto: nodeScramCrypto,
    user,
    password,
    nonce,
    maxIterations: 100_000,
  });
  if (!started.ok) throw new Error(started.error.message);
  const scram = started.value;
  client.sendJson({ type: "auth", mechanism: "scram-sha-256", data: scram.clientFirst, ...more });
  const challenge = await client.nextJson();
  const proof = await scram.answer(String(challenge["data"]));
  if (!proof.ok) throw new Error(proof.error.message);
  client.sendJson({ type: "response", data: proof.value.clientFinal });
  const verdict = await client.nextJson();
  const data = verdict["data"];
  return { challenge, verdict, proven: scram.verify(typeof data === "string" ? data : undefined) };
}

export interface HandshakeAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** The HTTP answer to a handshake that is refused. */
export async function refusedHandshake(
  url: string,
  protocol: string | readonly string[] = [],
  options: ClientOptions = {},
): Promise<HandshakeAnswer> {
  const socket = new WebSocket(url, [protocol].flat(), options);
  socket.on("error", () => undefined);
  const [request, response] = (await once(socket, "unexpected-response")) as [
    { destroy: () => void },
    IncomingMessage,
  ];
  let body = "";
  for await (const chunk of response) body += String(chunk);
  request.destroy();
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}
