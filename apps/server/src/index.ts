export type { TrustedProxies } from "./forwarded.ts";
export type { MessageHandler, Message, SessionContext } from "./handler.ts";
export { defaultServerLimits, type ServerLimits } from "./limits.ts";
export type { Log } from "./log.ts";
export type { LoginOutcome, Meter, Traffic } from "./meter.ts";
export type { EchoServer, Listening, Readiness, RuleOptions, ServerOptions } from "./options.ts";
export { createServer } from "./server.ts";
export type { StoreOptions } from "./store/create-store.ts";
export { StoreSetupError, StoreUnavailableError } from "./store/errors.ts";
export { openStore, type StorePlace } from "./store/open.ts";
export type {
  Attempt,
  FailureCount,
  FailureCounts,
  FailureDecay,
  Failures,
  OpenedSession,
  SessionRecord,
  Sessions,
  SigningKey,
  SigningKeys,
  Store,
  StoreChange,
  StoredUser,
  UserChange,
  Users,
} from "./store/store.ts";
export type { RecordOptions } from "./tap/record-options.ts";
export type { TlsMaterial } from "./tls/material.ts";
export { createMemoryUsers, demoUsers, type Role, type User, type UserStore } from "./users.ts";
