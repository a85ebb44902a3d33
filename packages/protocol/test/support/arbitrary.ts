import fc from "fast-check";
import type {
  AuthMessage,
  ClientEvent,
  ClientMessage,
  ClientState,
  DialectName,
  Frame,
  HelloMessage,
  Outcome,
  Payload,
  Pending,
  ServerEvent,
  ServerMessage,
  ServerState,
} from "../../src/index.ts";
import { closes, encodeMessage, mechanisms, plainTexts, utf8Length } from "../../src/index.ts";
import { fromArray } from "../../src/queue.ts";
import { clientOptions, hello, serverOptions } from "./samples.ts";

/** States and events of any kind, also such as no run could ever meet. */

const count = fc.nat({ max: 4 });
const anyId = fc.integer({ min: 1, max: 5 });
const word = fc.string({ maxLength: 12 });
const bytes = fc.uint8Array({ maxLength: 12 });
const dialect = fc.constantFrom<DialectName>("v1", "plain");
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value);

const auth: fc.Arbitrary<AuthMessage> = fc.oneof(
  fc.record({
    type: fc.constant("auth"),
    mechanism: fc.constant("plain"),
    user: word,
    password: word,
  }),
  fc.record(
    {
      type: fc.constant("auth"),
      mechanism: fc.constant("scram-sha-256"),
      data: word,
      rememberMs: fc.integer({ min: 1 }),
    },
    { requiredKeys: ["type", "mechanism", "data"] },
  ),
  fc.record({ type: fc.constant("auth"), mechanism: fc.constant("token"), token: word }),
);
const clientMessage: fc.Arbitrary<ClientMessage> = fc.oneof(
  auth,
  fc.record({ type: fc.constant("response"), data: word }),
  fc.record({ type: fc.constant("submit"), id: anyId, text: word }),
  fc.record({ type: fc.constantFrom("ping", "pong") }),
);
const close = fc.constantFrom(...Object.values(closes));
const serverMessage: fc.Arbitrary<ServerMessage> = fc.oneof(
  fc.constant<HelloMessage>(hello),
  fc.record({ type: fc.constant("challenge"), data: word }),
  fc.record(
    {
      type: fc.constant("ok"),
      user: word,
      expiresInMs: fc.integer({ min: 1 }),
      data: word,
      token: word,
      session: word,
    },
    { requiredKeys: ["type", "user"] },
  ),
  fc.record({ type: fc.constant("denied"), attemptsLeft: count, retryAfterMs: count }),
  fc.record({ type: fc.constant("echo"), id: anyId, text: word }),
  fc.record(
    {
      type: fc.constant("error"),
      code: close.map(({ code }) => code),
      id: anyId,
      message: word,
      retry: fc.constantFrom("never", "later", "credentials"),
    },
    { requiredKeys: ["type", "code", "message", "retry"] },
  ),
  fc.record({ type: fc.constantFrom("ping", "pong") }),
);

const frameOf = (text: fc.Arbitrary<string>): fc.Arbitrary<Frame> =>
  fc.oneof(
    text.map((said): Frame => ({ type: "text", text: said, bytes: utf8Length(said) })),
    bytes.map((data): Frame => ({ type: "binary", data })),
  );
const clientFrame = frameOf(
  fc.oneof(word, fc.json(), clientMessage.map(encodeMessage), fc.constant("a:b")),
);
const serverFrame = frameOf(
  fc.oneof(
    word,
    fc.json(),
    serverMessage.map(encodeMessage),
    fc.constantFrom(plainTexts.accepted, plainTexts.refused),
    word.map((said) => plainTexts.prefix + said),
  ),
);

const login = fc.record({ user: word, expiresInMs: fc.double() }, { requiredKeys: ["user"] });
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record(
    {
      kind: fc.constant("accepted"),
      user: word,
      data: word,
      token: word,
      expiresInMs: fc.double(),
    },
    { requiredKeys: ["kind", "user"] },
  ),
  fc.record({ kind: fc.constant("challenge"), data: word }),
  fc.record(
    { kind: fc.constant("refused"), retryAfterMs: fc.double() },
    { requiredKeys: ["kind"] },
  ),
  fc.record({ kind: fc.constant("unavailable") }),
);

const options = fc
  .record(
    {
      dialect,
      mechanisms: fc.subarray([...mechanisms]),
      limits: fc.record({ maxAttempts: count, backlogMessages: count, backlogBytes: count }),
      login,
    },
    { requiredKeys: ["dialect", "mechanisms", "limits"] },
  )
  .map((changes) => serverOptions(changes));
const backlog = fc
  .array(clientFrame, { maxLength: 3 })
  .map((frames) => ({ frames: fromArray(frames), bytes: frames.length }));
const base = { options, congested: fc.boolean() };
const live = { ...base, attempt: count, failures: count, backlog };

const ready = fc.record({
  ...live,
  kind: fc.constant("ready"),
  user: word,
  lastId: count,
  handling: maybe(
    fc.oneof(
      fc.record({ kind: fc.constant("text"), id: anyId }),
      fc.record({ kind: fc.constant("binary") }),
    ),
  ),
  renewal: fc.constantFrom("verifying", "challenged", null),
  leaving: fc.constantFrom("goingAway", "restarting", null),
});

/** Of those the ones with nothing in hand: few of any would be, and the rest made for nothing. */
export const freeServerState = ready.map((state) => ({
  ...state,
  kind: "ready" as const,
  handling: null,
  leaving: null,
  backlog: { frames: fromArray<Frame>([]), bytes: 0 },
}));

export const anyServerState: fc.Arbitrary<ServerState> = fc.oneof(
  fc.record({ ...base, kind: fc.constantFrom("opening", "closing") }),
  fc.record({ ...live, kind: fc.constantFrom("awaitingAuth", "verifying", "challenged") }),
  ready,
  fc.record({ kind: fc.constant("closed") }),
);

export const anyServerEvent: fc.Arbitrary<ServerEvent> = fc.oneof(
  fc.record({ type: fc.constantFrom("opened", "congested", "drained", "revoked") }),
  fc.record({ type: fc.constant("frame"), frame: clientFrame }),
  fc.record({ type: fc.constant("verdict"), attempt: count, outcome }),
  fc.record({
    type: fc.constant("handled"),
    reply: fc.oneof(
      fc.record({ kind: fc.constant("text"), text: word }),
      fc.record({ kind: fc.constant("binary"), data: bytes }),
      fc.record({ kind: fc.constant("failed") }),
    ),
  }),
  fc.record({ type: fc.constant("echoed"), lastId: count }),
  fc.record({
    type: fc.constant("timer"),
    name: fc.constantFrom("auth", "idle", "expiry", "slow", "close"),
  }),
  fc.record({
    type: fc.constant("shutdown"),
    close: fc.constantFrom("goingAway", "restarting", "sessionTooLong", "messageTooSlow"),
  }),
  fc.record({
    type: fc.constant("violation"),
    close: fc.constantFrom("protocolError", "invalidData", "tooBig", "tooManyFragments"),
  }),
  fc.record({ type: fc.constant("socketClosed"), code: fc.integer() }),
);

const payload: fc.Arbitrary<Payload> = fc.oneof(
  fc.record({ kind: fc.constant("text"), text: word }),
  fc.record({ kind: fc.constant("binary"), data: bytes }),
);
const pending: fc.Arbitrary<Pending> = fc.record({
  id: anyId,
  payload,
  resend: fc.boolean(),
  sent: fc.boolean(),
  left: fc.boolean(),
});
const accepted = fc.record(
  { user: maybe(word), expiresInMs: fc.integer({ min: 1 }) },
  { requiredKeys: ["user"] },
);
const step = fc.oneof(
  fc.record({
    kind: fc.constantFrom("asking", "sent", "begun", "answering", "answered", "refused"),
  }),
  fc.record({ kind: fc.constant("checking"), accepted }),
);
const denied = maybe(fc.record({ attemptsLeft: count, retryAfterMs: count }));
const greeting = maybe(fc.constant<HelloMessage>(hello));
const anyClientOptions = fc
  .record({
    dialects: fc.constantFrom<readonly [DialectName, ...DialectName[]]>(
      ["v1"],
      ["plain"],
      ["v1", "plain"],
    ),
    reconnect: fc.boolean(),
    handshakeLogin: fc.boolean(),
    limits: fc.record({ maxPending: count, maxRetries: count, pingIntervalMs: count }),
  })
  .map((changes) => clientOptions(changes));
const common = {
  options: anyClientOptions,
  dialect,
  pending: fc.array(pending, { maxLength: 4 }).map((entries) => fromArray(entries)),
  lastId: count,
  retries: count,
  established: fc.boolean(),
  hello: greeting,
  attempt: count,
};
const reason = fc.constantFrom(
  { kind: "left" } as const,
  { kind: "untrusted" } as const,
  { kind: "protocol", detail: "" } as const,
);

export const anyClientState: fc.Arbitrary<ClientState> = fc.oneof(
  fc.record({ ...common, kind: fc.constantFrom("idle", "connecting", "greeting", "waiting") }),
  fc.record({
    ...common,
    kind: fc.constant("authenticating"),
    login: step,
    denied,
  }),
  fc.record({
    ...common,
    kind: fc.constant("ready"),
    user: maybe(word),
    session: maybe(word),
    login: maybe(step),
    probing: fc.boolean(),
  }),
  fc.record({
    ...common,
    kind: fc.constant("closing"),
    after: fc.oneof(reason, fc.constant("retry" as const)),
  }),
  fc.record({ ...common, kind: fc.constant("stopped"), reason }),
);

export const anyClientEvent: fc.Arbitrary<ClientEvent> = fc.oneof(
  fc.record({ type: fc.constant("connect") }),
  fc.record({
    type: fc.constant("socketOpened"),
    protocol: fc.constantFrom("", "wsecho.v1", "chat"),
  }),
  fc.record({ type: fc.constant("frame"), frame: serverFrame }),
  fc.record({ type: fc.constant("submit"), id: anyId, payload, resend: fc.boolean() }),
  fc.record({ type: fc.constant("credentials"), attempt: count, message: maybe(auth) }),
  fc.record({ type: fc.constant("answered"), attempt: count, data: maybe(word) }),
  fc.record({ type: fc.constant("checked"), attempt: count, genuine: fc.boolean() }),
  fc.record({
    type: fc.constant("timer"),
    name: fc.constantFrom("connect", "login", "close", "retry", "renew", "ping", "pong"),
  }),
  close.map(({ code, reason: why }) => ({ type: "socketClosed", code, reason: why }) as const),
  fc.record(
    { type: fc.constant("stop"), code: fc.integer(), reason: fc.string({ unit: "grapheme" }) },
    { requiredKeys: ["type"] },
  ),
);
