// What both sides share, and the types of both machines. The machines stand behind entries of their
// own, ./client and ./server: a program runs one, and without a bundler it loads all of an entry.
export { closes, retryAfterClose, type Close, type CloseName, type Retry } from "./close-codes.ts";
export type {
  ClientEffect,
  ClientEvent,
  ClientNote,
  ClientOptions,
  ClientState,
  ClientTimer,
  Denied,
  Payload,
  Pending,
  Settlement,
  StopReason,
} from "./client/state.ts";
export {
  encodeClient,
  encodeServer,
  frameBytes,
  type DialectName,
  type Frame,
} from "./dialect/dialect.ts";
export { decodePlainLogin, plainTexts } from "./dialect/plain.ts";
export {
  clientMessageSchema,
  decodeClientMessage,
  decodeServerMessage,
  encodeMessage,
  serverMessageSchema,
  type MessageSchema,
} from "./dialect/v1.ts";
export { defaultClientLimits, defaultLimits, type ClientLimits, type Limits } from "./limits.ts";
export {
  clientMessages,
  mechanisms,
  serverMessages,
  type AuthMessage,
  type ClientMessage,
  type HelloMessage,
  type Mechanism,
  type ServerMessage,
} from "./messages.ts";
export { bearerPrefix, negotiate, subprotocol, type Negotiated } from "./negotiate.ts";
export { failure, success, type Result } from "./result.ts";
export { EffectLoop, runMachine, type Machine, type Transition } from "./run.ts";
export { type Field, type Fields, type Infer } from "./schema.ts";
export type {
  Login,
  Outcome,
  Reply,
  ServerEffect,
  ServerEvent,
  ServerNote,
  ServerOptions,
  ServerState,
  ServerTimer,
  Submission,
  VerifyStep,
} from "./server/state.ts";
export { fitReason, maxReasonBytes, utf8Length } from "./text.ts";
