export { defaultBackoff, retryDelay, type Backoff } from "./backoff.ts";
export { systemClock, type Clock } from "./clock.ts";
export { SessionError, type FailureReason } from "./errors.ts";
export type { Message, SessionEvent, Status } from "./events.ts";
export { maxScramIterations } from "./login.ts";
export type {
  CloseOptions,
  ConnectOptions,
  Credentials,
  CredentialsProvider,
  CredentialsRequest,
  RememberOptions,
  SubmitOptions,
} from "./options.ts";
export { connect, createSession, type Session } from "./session.ts";
export { bearerTransport } from "./socket/bearer.ts";
export { platformTransport } from "./socket/platform.ts";
export type { Socket, SocketListener, Transport } from "./socket/transport.ts";
export { isLoopback } from "./url.ts";
// What the types above are made of, so that nobody needs a second package to name them.
export type {
  ClientLimits,
  Denied,
  DialectName,
  Frame,
  Payload,
  Settlement,
  StopReason,
} from "@wsecho/protocol";
