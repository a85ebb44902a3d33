import type { TrustedProxies } from "./forwarded.ts";
import { createHostCheck, type HostCheck } from "./host.ts";
import { completeLimits, type ServerLimits } from "./limits.ts";
import type { RuleOptions } from "./options.ts";
import { defaultPasswordCacheMs } from "./proven-passwords.ts";
import { defaultRememberMs } from "./remember.ts";
import type { AllowedOrigins } from "./origin.ts";

/** Which handshakes are admitted. */
export interface UpgradePolicy {
  /** Whether the plain dialect is spoken. */
  readonly plain: boolean;
  /** Whether `/echo` is open to everybody. */
  readonly allowAnonymous: boolean;
  readonly origins: AllowedOrigins;
  readonly isOurHost: HostCheck;
  /** Whether connections may ask the fault lab for faults of their own. */
  readonly faults: boolean;
}

/** What may change while the server runs. A connection keeps those that it came under. */
export interface Rules extends UpgradePolicy {
  readonly limits: ServerLimits;
  /** Whether permessage-deflate is taken where it is offered. */
  readonly compress: boolean;
  /** Whose word about the peer's address counts. */
  readonly trustProxy: TrustedProxies | null;
  /** How long a login by password holds; ms. `null`: as long as the session. */
  readonly loginLifetimeMs: number | null;
  /** How long a token that a client asked for is good; ms. `null`: there are none. */
  readonly rememberMs: number | null;
  /** How long a password that was right is known again; ms. `null`: not at all. */
  readonly passwordCacheMs: number | null;
}

/** Throws RangeError for a limit out of range. */
export function toRules(options: RuleOptions, host: string): Rules {
  return {
    limits: completeLimits(options.limits),
    compress: options.compress ?? false,
    plain: options.plain ?? true,
    allowAnonymous: options.allowAnonymous ?? false,
    faults: options.faults ?? false,
    origins: options.allowOrigins ?? null,
    isOurHost: createHostCheck(host, options.allowHosts ?? []),
    trustProxy: options.trustProxy ?? null,
    loginLifetimeMs: options.loginLifetimeMs ?? null,
    rememberMs: options.rememberMs === undefined ? defaultRememberMs : options.rememberMs,
    passwordCacheMs:
      options.passwordCacheMs === undefined ? defaultPasswordCacheMs : options.passwordCacheMs,
  };
}
