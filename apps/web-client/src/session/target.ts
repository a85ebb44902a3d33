import type { DialectName } from "@wsecho/protocol";

/** What is spoken behind the upgrade; `raw` is any WebSocket server's messages, without a login. */
export type Dialect = DialectName | "raw";

/** With a certificate the browser logs in, in the TLS handshake; `bearer` is a token in the upgrade. */
export type LoginMethod = "password" | "token" | "bearer" | "certificate";

export const dialects: readonly Dialect[] = ["v1", "plain", "raw"];
export const loginMethods: readonly LoginMethod[] = ["password", "token", "bearer", "certificate"];

/** Whom a session talks to, and as whom. Never a secret. */
export interface Target {
  readonly url: string;
  readonly dialect: Dialect;
  /** Subprotocols to offer; only `raw` has a choice. */
  readonly protocols: readonly string[];
  /** What the person gives when asked again. */
  readonly method: LoginMethod;
  /** Empty where nobody has to name a user: raw, tokens, certificates. */
  readonly username: string;
}
