import { success } from "@wsecho/protocol";
import { parseTrustedProxies, type TrustedProxies } from "../forwarded.ts";
import { defaultServerLimits as limits } from "../limits.ts";
import { defaultPasswordCacheMs } from "../proven-passwords.ts";
import { defaultRememberMs } from "../remember.ts";
import { recordDefaults } from "../tap/record-options.ts";
import {
  parseChoice,
  parseCount,
  parseDuration,
  parseHosts,
  parseOrigins,
  parseSize,
  parseSwitch,
  parseText,
  type Parse,
} from "./values.ts";

/** One thing that can be set: by flag, by environment variable, by a key of the config file. */
export interface Setting<T> {
  readonly group: "Listening" | "Users" | "Limits" | "Other";
  /** How `--help` shows the value; absent for a switch. */
  readonly placeholder?: string;
  readonly about: string;
  readonly initial: T;
  /** A list: the flag may be given several times, the file may hold an array. */
  readonly repeatable?: boolean;
  /** A running server keeps its old value: only a restart changes it. */
  readonly restart?: boolean;
  readonly parse: Parse<T>;
}

function setting<T>(
  group: Setting<T>["group"],
  about: string,
  initial: T,
  value: { readonly placeholder: string; readonly parse: Parse<T> },
): Setting<T> {
  return { group, about, initial, ...value };
}

function toggle(group: Setting<boolean>["group"], about: string): Setting<boolean> {
  return { group, about, initial: false, parse: parseSwitch };
}

/** A switch that stands as something else says, until somebody sets it. */
function undecided(group: Setting<boolean>["group"], about: string): Setting<boolean | null> {
  return { ...toggle(group, about), initial: null };
}

function optional(
  group: Setting<string | null>["group"],
  placeholder: string,
  about: string,
): Setting<string | null> {
  return { group, about, initial: null, placeholder, parse: parseText };
}

function list(
  placeholder: string,
  about: string,
  parse: Parse<readonly string[]>,
): Setting<readonly string[] | null> {
  return { group: "Listening", about, initial: null, placeholder, repeatable: true, parse };
}

function atStart<T>(setting: Setting<T>): Setting<T> {
  return { ...setting, restart: true };
}

const size = { placeholder: "<size>", parse: parseSize };
const time = { placeholder: "<time>", parse: parseDuration };
/** `null` where somebody wants none. */
const timeOrOff = {
  placeholder: "<time|off>",
  parse: (text: string) => (text === "off" ? success(null) : parseDuration(text)),
};
const count = { placeholder: "<n>", parse: parseCount(1, 1_000_000) };

export const logLevels = ["silent", "error", "warn", "info", "debug"] as const;

/** By the name of the flag; the other names follow from it. */
export const settings = {
  host: atStart(
    setting("Listening", "address to listen on", "127.0.0.1", {
      placeholder: "<address>",
      parse: parseText,
    }),
  ),
  port: atStart(
    setting("Listening", "port to listen on; 0 takes any that is free", 5678, {
      placeholder: "<n>",
      parse: parseCount(0, 65_535),
    }),
  ),
  "allow-origin": list("<origin>", "pages that may connect: https://example.org", parseOrigins),
  "allow-host": list("<name>", "host names to answer to, beside this machine's", parseHosts),
  "trust-proxy": {
    ...setting<TrustedProxies | null>("Listening", "believe X-Forwarded-For of these", null, {
      placeholder: "<n|addresses>",
      parse: parseTrustedProxies,
    }),
    repeatable: true,
  },
  "admin-port": atStart(
    setting<number | null>("Listening", "/healthz, /readyz and /metrics", null, {
      placeholder: "<n>",
      parse: parseCount(0, 65_535),
    }),
  ),
  "admin-host": atStart(
    setting("Listening", "address for them", "127.0.0.1", {
      placeholder: "<address>",
      parse: parseText,
    }),
  ),
  "tls-cert": optional("Listening", "<file>", "certificate, PEM: speak wss and https"),
  "tls-key": optional("Listening", "<file>", "its private key, PEM"),
  "tls-client-ca": optional(
    "Listening",
    "<file>",
    "authorities, PEM: whom they certify logs in, by CN",
  ),
  workers: atStart(
    setting("Listening", "processes that share the port", 1, {
      placeholder: "<n>",
      parse: parseCount(1, 256),
    }),
  ),
  "web-root": atStart(optional("Listening", "<dir>", "serve another built web client")),

  demo: atStart(toggle("Users", "one user, admin / 123456; on this machine only")),
  "allow-anonymous": toggle("Users", "open /echo to everybody, without login"),
  "no-plain": toggle("Users", "refuse clients that offer no subprotocol (the plain dialect)"),
  data: atStart(optional("Users", "<dir>", "folder of the user database (wsecho-data)")),
  database: atStart(
    optional("Users", "<url>", "PostgreSQL instead, for several servers: postgres://…"),
  ),
  iterations: atStart(
    setting("Users", "PBKDF2 rounds of new passwords", 600_000, {
      placeholder: "<n>",
      parse: parseCount(4096, 10_000_000),
    }),
  ),
  "login-lifetime": setting<number | null>("Users", "how long a password login holds", null, time),
  "password-cache": setting<number | null>(
    "Users",
    "how long a right password is known again",
    defaultPasswordCacheMs,
    timeOrOff,
  ),
  remember: setting<number | null>("Users", "longest stay by choice", defaultRememberMs, timeOrOff),

  "max-message": setting("Limits", "largest message", limits.maxMessageBytes, size),
  "max-login": setting("Limits", "largest message before login", limits.maxLoginBytes, size),
  "max-connections": setting("Limits", "connections at a time", limits.maxConnections, count),
  "max-connections-per-address": setting<number | null>(
    "Limits",
    "connections of one address (1000; with --demo all)",
    null,
    count,
  ),
  "max-header": atStart(setting("Limits", "header of a request", limits.maxHeaderBytes, size)),
  "max-headers": atStart(setting("Limits", "fields of that header", limits.maxHeaderFields, count)),
  "max-fragments": setting("Limits", "frames of a message", limits.maxFragments, count),
  "message-rate": setting("Limits", "messages a second", limits.messagesPerSecond, count),
  "byte-rate": setting("Limits", "bytes of messages a second", limits.bytesPerSecond, size),
  "max-session": setting("Limits", "how long a connection may last", limits.maxSessionMs, time),
  "ping-interval": setting(
    "Limits",
    "time between pings of the silent; who stays so is cut",
    limits.pingIntervalMs,
    time,
  ),
  "message-timeout": setting(
    "Limits",
    "time for a message, from its first byte to its last",
    limits.messageTimeoutMs,
    time,
  ),
  "max-backlog": setting("Limits", "messages that may wait", limits.backlogMessages, count),
  "max-backlog-size": setting("Limits", "their size, beside one more", limits.backlogBytes, size),
  "high-water": setting("Limits", "unread replies until input pauses", limits.highWaterBytes, size),
  "auth-max-attempts": setting("Limits", "logins tried per connection", limits.maxAttempts, count),
  "auth-timeout": setting("Limits", "time to log in", limits.authTimeoutMs, time),
  "idle-timeout": setting("Limits", "time without a message", limits.idleTimeoutMs, time),
  "slow-timeout": setting("Limits", "time to leave replies unread", limits.slowTimeoutMs, time),
  "handshake-timeout": atStart(
    setting("Limits", "time for a request", limits.handshakeTimeoutMs, time),
  ),
  "close-timeout": setting("Limits", "time to answer a close", limits.closeTimeoutMs, time),
  "drain-timeout": setting("Limits", "time to stop in", limits.drainTimeoutMs, time),

  record: atStart(optional("Other", "<dir>", "write what goes over the wire into files there")),
  "record-file": atStart(setting("Other", "size of one of them", recordDefaults.fileBytes, size)),
  "record-total": atStart(
    setting("Other", "size of all of them; the oldest go", recordDefaults.totalBytes, size),
  ),
  "record-reveal": atStart(toggle("Other", "with the secrets in it; handle with care")),
  compress: toggle("Other", "compress messages where the peer offers it"),
  "compress-threshold": setting(
    "Other",
    "smallest message that is compressed",
    limits.compressThresholdBytes,
    size,
  ),
  faults: undecided("Other", "let clients ask for faults of their own: ?fault=… (with --demo: on)"),
  restarting: toggle("Other", "when stopped, say that the server comes back: close with 1012"),
  "check-config": atStart(toggle("Other", "say whether these settings are right, and end")),
  config: optional("Other", "<file>", "JSON file with settings; its keys are these names"),
  "log-level": setting("Other", `what is logged: ${logLevels.join(", ")}`, "info", {
    placeholder: "<level>",
    parse: parseChoice(logLevels),
  }),
} as const satisfies Readonly<Record<string, Setting<never> | Setting<unknown>>>;

export type SettingName = keyof typeof settings;

export type Settings = {
  readonly [K in SettingName]: (typeof settings)[K] extends Setting<infer T> ? T : never;
};

export const settingNames = Object.keys(settings) as readonly SettingName[];

/** `WSECHO_AUTH_TIMEOUT` for `auth-timeout`. */
export function envName(name: string): string {
  return `WSECHO_${name.toUpperCase().replaceAll("-", "_")}`;
}
