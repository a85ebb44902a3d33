import type { Field, Fields, Infer } from "./schema.ts";

/** The ways to log in, strongest first. */
export const mechanisms = ["scram-sha-256", "token", "plain"] as const;
/** One way to log in. */
export type Mechanism = (typeof mechanisms)[number];

const text = { kind: "string" } as const satisfies Field;
const count = { kind: "integer", min: 0 } as const satisfies Field;
const id = { kind: "integer", min: 1 } as const satisfies Field;
const name = { kind: "string", max: 255 } as const satisfies Field;
/** A SCRAM message (RFC 5802 section 7) or a token: some hundred bytes, and room for long names. */
const data = { kind: "string", max: 4096 } as const satisfies Field;

/** From 1 on, or absent. */
const optional = { kind: "integer", min: 1, optional: true } as const satisfies Field;

/** Everything that a v1 client may send. */
export const clientMessages = {
  authPlain: {
    type: "auth",
    mechanism: "plain",
    user: name,
    password: { kind: "string", max: 1024 },
    rememberMs: optional,
  },
  authScram: {
    type: "auth",
    mechanism: "scram-sha-256",
    data,
    rememberMs: optional,
  },
  authToken: {
    type: "auth",
    mechanism: "token",
    token: data,
  },
  response: { type: "response", data },
  submit: { type: "submit", id, text },
  ping: { type: "ping" },
  pong: { type: "pong" },
} as const satisfies Readonly<Record<string, Fields>>;

/** Everything that a v1 server may send. */
export const serverMessages = {
  hello: {
    type: "hello",
    mechanisms: { kind: "strings", max: 16 },
    limits: {
      kind: "object",
      fields: {
        maxMessageBytes: id,
        maxLoginBytes: id,
        maxAttempts: id,
        authTimeoutMs: id,
        idleTimeoutMs: id,
      },
    },
    features: { kind: "strings", max: 64 },
  },
  challenge: { type: "challenge", data },
  ok: {
    type: "ok",
    user: name,
    expiresInMs: optional,
    data: { ...data, optional: true },
    token: { ...data, optional: true },
    session: { kind: "string", max: 64, optional: true },
  },
  denied: { type: "denied", attemptsLeft: count, retryAfterMs: count },
  echo: { type: "echo", id, text },
  error: {
    type: "error",
    code: { kind: "integer", min: 1000, max: 4999 },
    id: optional,
    message: { kind: "string", max: 1024 },
    retry: { kind: "choice", values: ["never", "later", "credentials"] },
  },
  ping: { type: "ping" },
  pong: { type: "pong" },
} as const satisfies Readonly<Record<string, Fields>>;

type MessageOf<T extends Readonly<Record<string, Fields>>> = {
  [K in keyof T]: Infer<T[K]>;
}[keyof T];

/** Any v1 message of a client, told apart by `type`. */
export type ClientMessage = MessageOf<typeof clientMessages>;
/** Any v1 message of a server, told apart by `type`. */
export type ServerMessage = MessageOf<typeof serverMessages>;
/** A login or a renewal, told apart by `mechanism`. */
export type AuthMessage = Extract<ClientMessage, { readonly type: "auth" }>;
/** A server's greeting. */
export type HelloMessage = Extract<ServerMessage, { readonly type: "hello" }>;
