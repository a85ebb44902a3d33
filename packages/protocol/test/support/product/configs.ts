import type { Outcome, Payload } from "../../../src/index.ts";
import { transitionClient } from "../../../src/client/index.ts";
import { transitionServer } from "../../../src/server/index.ts";
import type { ProductWorld } from "./world.ts";
import {
  clientOptions,
  plainAuth,
  scramAuth,
  serverOptions,
  type ClientChanges,
} from "../samples.ts";

const say = (content: string): Payload => ({ kind: "text", text: content });
const data = (byte: number): Payload => ({ kind: "binary", data: Uint8Array.of(byte) });

const accepted: Outcome = { kind: "accepted", user: "ann" };
const proven: Outcome = { ...accepted, data: "v=…" };
const expiring: Outcome = { ...accepted, expiresInMs: 1000 };
const refused: Outcome = { kind: "refused" };
const challenge: Outcome = { kind: "challenge", data: "r=…" };

// Where nothing is probed a line that is dead on one side is found by the network alone.
const clientLimits = { maxPending: 2, maxRetries: 1, pingIntervalMs: 0 };
const { dialect: _, ...server } = serverOptions({ limits: { maxAttempts: 2, backlogMessages: 4 } });

type Config = Omit<ProductWorld, "transitions">;
const config = (client: ClientChanges, changes: Partial<Config>): Config => ({
  server,
  credentials: [plainAuth],
  outcomes: [accepted, refused],
  submits: [],
  connections: 1,
  events: [],
  ...changes,
  client: clientOptions({ ...client, limits: { ...clientLimits, ...client.limits } }),
});

/** Small worlds that together meet every login, cut and end. */
export const productConfigs: Readonly<Record<string, Config>> = {
  v1Login: config(
    { reconnect: true, limits: { pingIntervalMs: 1000 } },
    {
      credentials: [plainAuth, scramAuth, null],
      outcomes: [proven, refused, challenge, { kind: "unavailable" }],
      events: ["stop", "half open"],
      connections: 2,
    },
  ),
  v1Resend: config(
    { reconnect: true },
    {
      submits: [
        { payload: say("one"), resend: true },
        { payload: say("two"), resend: false },
      ],
      outcomes: [accepted],
      connections: 2,
    },
  ),
  v1Once: config(
    { limits: { pingIntervalMs: 1000 } },
    {
      submits: [
        { payload: data(1), resend: false },
        { payload: say("two"), resend: true },
      ],
      events: ["stop", "shut down", "half open", "failed"],
      outcomes: [accepted],
    },
  ),
  v1Three: config(
    { limits: { maxPending: 3 } },
    {
      submits: ["one", "two", "three"].map((word) => ({ payload: say(word), resend: false })),
      outcomes: [accepted],
    },
  ),
  v1Renewal: config(
    { limits: { pingIntervalMs: 1000 } },
    {
      submits: [{ payload: say("one"), resend: false }],
      outcomes: [expiring, refused, challenge],
      credentials: [scramAuth, null],
    },
  ),
  plain: config(
    { dialects: ["plain"], reconnect: true },
    {
      submits: [
        { payload: say("one"), resend: true },
        { payload: data(2), resend: false },
      ],
      events: ["shut down"],
      connections: 2,
    },
  ),
};

export function productWorlds(
  transitions: Partial<ProductWorld["transitions"]> = {},
): readonly (readonly [string, ProductWorld])[] {
  const both = { client: transitionClient, server: transitionServer, ...transitions };
  return Object.entries(productConfigs).map(([name, world]) => [
    name,
    { ...world, transitions: both },
  ]);
}
