import { defaultServerLimits, type ServerLimits } from "../limits.ts";
import type { RuleOptions } from "../options.ts";
import type { Settings } from "./table.ts";

/** What the settings say about connections, as `createServer` and `setRules` take it. */
export function toRuleOptions(settings: Settings): RuleOptions {
  const {
    "login-lifetime": loginLifetimeMs,
    "allow-origin": allowOrigins,
    "allow-host": allowHosts,
    "trust-proxy": trustProxy,
  } = settings;
  return {
    limits: toLimits(settings),
    compress: settings.compress,
    plain: !settings["no-plain"],
    allowAnonymous: settings["allow-anonymous"],
    // Of the demo nobody else can ask anything.
    faults: settings.faults ?? settings.demo,
    rememberMs: settings.remember,
    passwordCacheMs: settings["password-cache"],
    ...(loginLifetimeMs === null ? {} : { loginLifetimeMs }),
    ...(allowOrigins === null ? {} : { allowOrigins }),
    ...(allowHosts === null ? {} : { allowHosts }),
    ...(trustProxy === null ? {} : { trustProxy }),
  };
}

export function toLimits(settings: Settings): Partial<ServerLimits> {
  return {
    maxMessageBytes: settings["max-message"],
    maxLoginBytes: settings["max-login"],
    maxConnections: settings["max-connections"],
    maxConnectionsPerAddress:
      settings["max-connections-per-address"] ??
      (settings.demo ? settings["max-connections"] : defaultServerLimits.maxConnectionsPerAddress),
    maxHeaderBytes: settings["max-header"],
    maxHeaderFields: settings["max-headers"],
    maxFragments: settings["max-fragments"],
    messagesPerSecond: settings["message-rate"],
    bytesPerSecond: settings["byte-rate"],
    maxSessionMs: settings["max-session"],
    pingIntervalMs: settings["ping-interval"],
    messageTimeoutMs: settings["message-timeout"],
    compressThresholdBytes: settings["compress-threshold"],
    backlogMessages: settings["max-backlog"],
    backlogBytes: settings["max-backlog-size"],
    highWaterBytes: settings["high-water"],
    maxAttempts: settings["auth-max-attempts"],
    authTimeoutMs: settings["auth-timeout"],
    idleTimeoutMs: settings["idle-timeout"],
    slowTimeoutMs: settings["slow-timeout"],
    handshakeTimeoutMs: settings["handshake-timeout"],
    closeTimeoutMs: settings["close-timeout"],
    drainTimeoutMs: settings["drain-timeout"],
  };
}
