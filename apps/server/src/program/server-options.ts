import type { Log } from "../log.ts";
import type { Meter } from "../meter.ts";
import type { RuleOptions, ServerOptions } from "../options.ts";
import type { Settings } from "../settings/table.ts";
import type { Store } from "../store/store.ts";
import type { RecordOptions } from "../tap/record-options.ts";
import type { TlsMaterial } from "../tls/material.ts";
import type { UserStore } from "../users.ts";

export interface ServerParts {
  readonly rules: RuleOptions;
  readonly tls: TlsMaterial | null;
  /** Users in memory. */
  readonly users: UserStore | null;
  readonly store: Store | null;
  readonly meter: Meter | null;
  readonly log: Log;
}

/** What the settings make of a server. */
export function toServerOptions(settings: Settings, parts: ServerParts): ServerOptions {
  const { rules, tls, users, store, meter, log } = parts;
  return {
    ...rules,
    host: settings.host,
    port: settings.port,
    log,
    ...(tls === null ? {} : { tls }),
    ...(users === null ? {} : { users }),
    ...(store === null ? {} : { store }),
    ...(meter === null ? {} : { meter }),
    ...(settings.record === null ? {} : { record: toRecord(settings, settings.record) }),
    ...(settings["web-root"] === null ? {} : { webRoot: settings["web-root"] }),
  };
}

function toRecord(settings: Settings, folder: string): RecordOptions {
  return {
    folder,
    fileBytes: settings["record-file"],
    totalBytes: settings["record-total"],
    reveal: settings["record-reveal"],
  };
}
