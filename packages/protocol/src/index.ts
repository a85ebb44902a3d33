export { closes, retryAfterClose, type Close, type CloseName, type Retry } from "./close-codes.ts";
export {
  createClientState,
  type ClientEffect,
  type ClientEvent,
  type ClientNote,
  type ClientOptions,
  type ClientState,
  type ClientTimer,
  type Denied,
  type Payload,
  type Pending,
  type Settlement,
  type StopReason,
} from "./client/state.ts";
export { transitionClient } from "./client/transition.ts";
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
export { runMachine, type Machine, type Transition } from "./run.ts";
export { type Field, type Fields, type Infer } from "./schema.ts";
export {
  createServerState,
  type Login,
  type Outcome,
  type Reply,
  type ServerEffect,
  type ServerEvent,
  type ServerNote,
  type ServerOptions,
  type ServerState,
  type ServerTimer,
  type Submission,
  type VerifyStep,
} from "./server/state.ts";
export { transitionServer } from "./server/transition.ts";
export { fitReason, maxReasonBytes, utf8Length } from "./text.ts";
