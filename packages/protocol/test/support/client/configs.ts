import { plainTexts, type AuthMessage, type Payload } from "../../../src/index.ts";
import { transitionClient } from "../../../src/client/index.ts";
import type { ClientTransition, ClientWorld, ServerFrame } from "./world.ts";
import {
  binary,
  clientOptions,
  hello,
  json,
  plainAuth,
  scramAuth,
  secrets,
  text,
  type ClientChanges,
} from "../samples.ts";

const say = (content: string): Payload => ({ kind: "text", text: content });
const data = (byte: number): Payload => ({ kind: "binary", data: Uint8Array.of(byte) });
const tokenAuth: AuthMessage = { type: "auth", mechanism: "token", token: secrets.token };

const other = (name: string, message: object): ServerFrame => ({
  name,
  kind: "other",
  dialect: "v1",
  frame: json(message),
});
const echo = (id: number): ServerFrame => ({
  name: `echo ${id}`,
  kind: "echo",
  dialect: "v1",
  frame: json({ type: "echo", id, text: `text ${id}` }),
  id,
  payload: say(`text ${id}`),
});

const denied = (attemptsLeft: number): ServerFrame => ({
  name: `denied, ${attemptsLeft} left`,
  kind: "denied",
  dialect: "v1",
  frame: json({ type: "denied", attemptsLeft, retryAfterMs: 0 }),
});

const login: readonly ServerFrame[] = [
  other("hello", hello),
  other("challenge", { type: "challenge", data: "challenge" }),
  { name: "ok", kind: "ok", dialect: "v1", frame: json({ type: "ok", user: "ann" }) },
  {
    name: "ok bob",
    kind: "ok",
    dialect: "v1",
    frame: json({
      type: "ok",
      user: "bob",
      expiresInMs: 1000,
      data: "proof",
      token: secrets.token,
    }),
  },
  denied(1),
  denied(0),
];
const error = { type: "error", code: 1011, message: "the handler failed", retry: "later" };
const v1Frames: readonly ServerFrame[] = [
  ...login,
  echo(1),
  echo(2),
  { name: "error", kind: "error", dialect: "v1", frame: json(error) },
  { name: "error 1", kind: "error", dialect: "v1", frame: json({ ...error, id: 1 }), id: 1 },
  { name: "pong", kind: "pong", dialect: "v1", frame: json({ type: "pong" }) },
  { name: "ping", kind: "ping", dialect: "v1", frame: json({ type: "ping" }) },
  other("malformed", { type: "echo" }),
  { name: "binary 2", kind: "echo", dialect: "v1", frame: binary(2), payload: data(2) },
];
const plainFrames: readonly ServerFrame[] = [
  { name: "accepted", kind: "ok", dialect: "plain", frame: text(plainTexts.accepted) },
  { name: "refused", kind: "denied", dialect: "plain", frame: text(plainTexts.refused) },
  { name: "welcome", kind: "other", dialect: "plain", frame: text("welcome") },
  {
    name: "echo",
    kind: "echo",
    dialect: "plain",
    frame: text(`${plainTexts.prefix}text`),
    payload: say("text"),
  },
  { name: "binary 2", kind: "echo", dialect: "plain", frame: binary(2), payload: data(2) },
];

const limits = { maxPending: 2, maxRetries: 1 };
const resent = { payload: say("text 1"), resend: true };
const once = { payload: say("text 2"), resend: false };
const base = {
  frames: v1Frames,
  credentials: [plainAuth, scramAuth, null],
  submits: [resent, once],
  closes: [
    [1006, ""],
    [4403, "access revoked"],
  ],
  fixed: false,
} as const satisfies Partial<ClientWorld>;

type Config = Omit<ClientWorld, "transition">;
const config = (options: ClientChanges, changes: Partial<Config> = {}): Config => ({
  ...base,
  ...changes,
  options: clientOptions({ ...options, limits: { ...limits, ...options.limits } }),
});

/** Small worlds that together meet every kind of frame, answer and timer. */
export const clientConfigs: Readonly<Record<string, Config>> = {
  v1: config({ reconnect: true }),
  v1Once: config({}, { submits: [once] }),
  v1Binary: config(
    { reconnect: true },
    { submits: [{ payload: data(2), resend: true }, resent], credentials: [plainAuth] },
  ),
  v1Crowded: config(
    { limits: { maxPending: 1, pingIntervalMs: 0 } },
    { credentials: [tokenAuth, null] },
  ),
  v1Fixed: config(
    { reconnect: true, limits: { maxRetries: 2 } },
    { submits: [], credentials: [scramAuth], fixed: true },
  ),
  v1Handshake: config({ reconnect: true, handshakeLogin: true }, { submits: [resent] }),
  plain: config(
    { dialects: ["plain"], reconnect: true },
    { frames: plainFrames, credentials: [plainAuth, scramAuth, null] },
  ),
  plainHandshake: config({ dialects: ["plain"], handshakeLogin: true }, { frames: plainFrames }),
  auto: config(
    { dialects: ["v1", "plain"], reconnect: true },
    { frames: [...login, ...plainFrames], submits: [resent] },
  ),
};

export function clientWorlds(
  transition: ClientTransition = transitionClient,
): readonly (readonly [string, ClientWorld])[] {
  return Object.entries(clientConfigs).map(([name, world]) => [name, { ...world, transition }]);
}
