import { BlockList } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { settingNames, settings, type Setting, type SettingName, type Settings } from "./table.ts";

/** What a running server makes of new settings. */
export interface Changes {
  /** The new settings, but with the old value where only a restart changes it. */
  readonly settings: Settings;
  /** Names of those that are new now. */
  readonly changed: readonly SettingName[];
  /** Names of those that stay as they were until a restart. */
  readonly needRestart: readonly SettingName[];
}

export function changesOf(before: Settings, after: Settings): Changes {
  const different = settingNames.filter((name) => !isSame(before[name], after[name]));
  // A listener cannot begin or cease to speak TLS, or to ask for certificates; other files it takes.
  const tlsWaits = tlsNames.some((name) => (before[name] === null) !== (after[name] === null));
  const waits = (name: SettingName): boolean => {
    const { restart }: Setting<unknown> = settings[name];
    return restart === true || (tlsWaits && tlsNames.includes(name));
  };
  const needRestart = different.filter(waits);
  const kept = Object.fromEntries(needRestart.map((name) => [name, before[name]]));
  return {
    settings: { ...after, ...kept },
    changed: different.filter((name) => !waits(name)),
    needRestart,
  };
}

const tlsNames: readonly SettingName[] = ["tls-cert", "tls-key", "tls-client-ca"];

function isSame(a: unknown, b: unknown): boolean {
  return a instanceof BlockList && b instanceof BlockList
    ? isDeepStrictEqual(a.rules, b.rules)
    : isDeepStrictEqual(a, b);
}
