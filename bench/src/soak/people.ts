import { randomInt } from "node:crypto";
import { connect, type Session } from "@wsecho/client";
import { wsTransport } from "@wsecho/client/ws";
import { plainTexts } from "@wsecho/protocol";
import type { ClientOptions, WebSocket } from "ws";
import { converse, nextText, open, within } from "./converse.ts";
import { newPayload, type Payload } from "./payload.ts";
import { password, user, type SoakServer } from "./server.ts";
import type { Tally } from "./tally.ts";

/** One conversation, or one misdeed, from the first byte to the last. */
export type Deed = (server: SoakServer, tally: Tally) => Promise<void>;

const basic = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

const some = (): Payload[] => Array.from({ length: 1 + randomInt(150) }, () => newPayload());

/** Logs in inside the plain dialect. */
export async function openPlain(
  url: string,
  tally: Tally,
  options: ClientOptions = {},
): Promise<WebSocket> {
  const startedAt = performance.now();
  const socket = await open(url, [], options);
  socket.send(`${user}:${password}`);
  const verdict = await nextText(socket);
  if (verdict !== plainTexts.accepted) throw new Error(`not logged in: ${verdict}`);
  tally.loggedIn("plain", performance.now() - startedAt);
  return socket;
}

const plain: Deed = async ({ url }, tally) => {
  const socket = await openPlain(url, tally);
  const { prefix } = plainTexts;
  await converse(socket, { payloads: some(), inFlight: 1 + randomInt(16), prefix, tally });
};

/** Thousands of messages in one go. */
const flood: Deed = async ({ url }, tally) => {
  const socket = await openPlain(url, tally);
  const payloads = Array.from({ length: 3000 }, () => newPayload(200));
  const { prefix } = plainTexts;
  await converse(socket, { payloads, inFlight: payloads.length, prefix, tally });
};

/** Large messages, near the limit of the server. */
const large: Deed = async ({ url }, tally) => {
  const socket = await openPlain(url, tally);
  const payloads = [1000, 900_000, 60_000].map((size) => Buffer.alloc(size, randomInt(256)));
  await converse(socket, { payloads, inFlight: 2, prefix: "", tally });
};

/** At `/echo`, by token or password in the handshake. */
const echo: Deed = async ({ url, token }, tally) => {
  const way = randomInt(2) === 0 ? "bearer" : "basic";
  const Authorization = way === "bearer" ? `Bearer ${token}` : basic;
  const startedAt = performance.now();
  const socket = await open(`${url}/echo`, [], { headers: { Authorization } });
  tally.loggedIn(way, performance.now() - startedAt);
  await converse(socket, { payloads: some(), inFlight: 1 + randomInt(32), prefix: "", tally });
};

/** v1 by the client library, by SCRAM or token. */
const v1: Deed = async ({ url, token }, tally) => {
  const way = randomInt(2) === 0 ? "scram" : "token";
  const credentials = way === "scram" ? { username: user, password } : { token };
  const startedAt = performance.now();
  const session = await within(
    connect(url, {
      ...credentials,
      transport: wsTransport(),
      onEvent: (event) => {
        if (event.type === "received") tally.doubled();
      },
    }),
    "not logged in",
  );
  tally.loggedIn(way, performance.now() - startedAt);
  const payloads = some();
  for (let at = 0; at < payloads.length; at += 16)
    await Promise.all(payloads.slice(at, at + 16).map((payload) => ask(session, payload, tally)));
  await session.close();
};

async function ask(session: Session, payload: Payload, tally: Tally): Promise<void> {
  tally.sent();
  const sentAt = performance.now();
  try {
    const isRight =
      typeof payload === "string"
        ? (await within(session.ask(payload), "not answered")) === payload
        : payload.equals(await within(session.ask(payload), "not answered"));
    if (isRight) tally.answered(performance.now() - sentAt);
    else tally.corrupted();
  } catch (error) {
    tally.lost(1, String(error));
  }
}

/** Those who do as they should; every message of theirs has to be answered. */
export const people: Readonly<Record<string, Deed>> = { plain, flood, large, echo, v1 };
