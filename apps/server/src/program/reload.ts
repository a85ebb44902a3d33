import type { Result } from "@wsecho/protocol";
import type { Holder } from "../holder.ts";
import type { Log } from "../log.ts";
import { changesOf, type Changes } from "../settings/changes.ts";
import type { Prepared } from "../settings/prepare.ts";
import type { Settings } from "../settings/table.ts";

export interface ReloadParts {
  readonly settings: Holder<Settings>;
  /** Reads and checks everything again. */
  readonly prepare: () => Promise<Result<Prepared, string>>;
  /** What stands against them in the server as it runs. */
  readonly problem: (changes: Changes) => Promise<string | undefined>;
  /** Makes the server go by them. A throw leaves it as it was. */
  readonly apply: (changes: Changes, prepared: Prepared) => void | Promise<void>;
  readonly log: Log;
}

/**
 * What SIGHUP does: all of the new settings, or none of them where one is wrong. Calls wait for each
 * other, for the last one read has to be the last one used.
 */
export function createReload(parts: ReloadParts): () => void {
  const { settings, prepare, problem, apply, log } = parts;
  let last = Promise.resolve();

  function refuse(detail: string): void {
    const { config } = settings.current();
    const where = config === null ? {} : { config };
    log.error({ ...where, detail }, "the settings are wrong; the old ones stay in use");
  }

  async function reload(): Promise<void> {
    const prepared = await prepare();
    if (!prepared.ok) {
      refuse(prepared.error);
      return;
    }
    const changes = changesOf(settings.current(), prepared.value.settings);
    const { changed, needRestart } = changes;
    const against = await problem(changes);
    if (against !== undefined) {
      refuse(against);
      return;
    }
    await apply(changes, prepared.value);
    settings.replace(changes.settings);
    log.info({ changed }, "the settings have been reloaded");
    if (needRestart.length > 0)
      log.warn({ settings: needRestart }, "these settings have changed, but need a restart");
  }

  return () => {
    last = last.then(reload).catch((error: unknown) => {
      log.error({ err: error }, "the settings could not be reloaded; the old ones stay in use");
    });
  };
}
