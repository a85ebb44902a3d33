import type { Outcome } from "../../../src/index.ts";
import { transitionServer } from "../../../src/server/index.ts";
import { binary, json, plainAuth, secrets, serverOptions, text } from "../samples.ts";
import type { NamedFrame, ServerTransition, ServerWorld } from "./world.ts";

const limits = {
  maxMessageBytes: 400,
  maxLoginBytes: 200,
  backlogMessages: 2,
  backlogBytes: 400,
  maxAttempts: 2,
};

const submit = (id: number): NamedFrame => ({
  name: `submit ${id}`,
  kind: "message",
  frame: json({ type: "submit", id, text: `text ${id}` }),
  id,
});
const v1Frames = {
  auth: { name: "auth", kind: "login", frame: json(plainAuth) },
  notOffered: {
    name: "auth by token",
    kind: "fault",
    frame: json({ type: "auth", mechanism: "token", token: secrets.token }),
  },
  response: {
    name: "response",
    kind: "response",
    frame: json({ type: "response", data: secrets.proof }),
  },
  ping: { name: "ping", kind: "ping", frame: json({ type: "ping" }) },
  pong: { name: "pong", kind: "pong", frame: json({ type: "pong" }) },
  binary: { name: "binary", kind: "message", frame: binary(1) },
  malformed: { name: "malformed", kind: "fault", frame: text(`{"${secrets.password}":`) },
  unknown: { name: "unknown type", kind: "fault", frame: json({ type: secrets.token }) },
  large: {
    name: "large submit 2",
    kind: "message",
    frame: json({ type: "submit", id: 2, text: "x".repeat(250) }),
    id: 2,
  },
  oversize: { name: "oversize", kind: "fault", frame: text("x".repeat(401)) },
} as const satisfies Readonly<Record<string, NamedFrame>>;

const plainFrames: readonly NamedFrame[] = [
  { name: "name:password", kind: "login", frame: text(`ann:${secrets.password}`) },
  { name: "text", kind: "message", frame: text("no colon") },
  { name: "binary", kind: "message", frame: binary(1) },
  { name: "large", kind: "message", frame: text("x".repeat(250)) },
  { name: "oversize", kind: "fault", frame: text("x".repeat(401)) },
];

const outcomes: readonly Outcome[] = [
  { kind: "accepted", user: "ann" },
  { kind: "accepted", user: "bob", expiresInMs: 1000, data: "proof" },
  { kind: "refused" },
];
const allOutcomes: readonly Outcome[] = [
  ...outcomes,
  { kind: "challenge", data: "challenge" },
  { kind: "unavailable" },
];

/** Frames that are no different from another one in the same world. */
const rare = new Set<string>([v1Frames.unknown.name, v1Frames.large.name]);

type Config = Omit<ServerWorld, "transition">;

/** Small worlds that together meet every kind of frame, verdict and timer. */
export const serverConfigs: Readonly<Record<string, Config>> = {
  /** Everything that can be said, with little waiting. */
  v1: {
    options: serverOptions({ limits: { ...limits, backlogMessages: 1 } }),
    frames: [
      submit(1),
      submit(2),
      ...Object.values(v1Frames).filter(({ name }) => !rare.has(name)),
    ],
    outcomes: allOutcomes,
    congestion: true,
  },
  /** Much waiting. */
  v1Backlog: {
    options: serverOptions({ limits }),
    frames: [submit(1), submit(2), v1Frames.auth, v1Frames.binary],
    outcomes,
    congestion: false,
  },
  v1Handshake: {
    options: serverOptions({ limits, login: { user: "ann", expiresInMs: 1000 } }),
    frames: [submit(1), v1Frames.auth, v1Frames.unknown, v1Frames.large],
    outcomes,
    congestion: true,
  },
  plain: {
    options: serverOptions({ dialect: "plain", mechanisms: ["plain"], limits }),
    frames: plainFrames,
    outcomes: allOutcomes.filter(({ kind }) => kind !== "challenge"),
    congestion: true,
  },
  plainHandshake: {
    options: serverOptions({ dialect: "plain", limits, login: { user: "ann" } }),
    frames: plainFrames,
    outcomes,
    congestion: true,
  },
};

export function serverWorlds(
  transition: ServerTransition = transitionServer,
): readonly (readonly [string, ServerWorld])[] {
  return Object.entries(serverConfigs).map(([name, config]) => [name, { ...config, transition }]);
}
