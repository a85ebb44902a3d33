import { existsSync } from "node:fs";
import { join } from "node:path";
import { failure, success, type Result } from "@wsecho/protocol";
import type { Log } from "./log.ts";
import type { Settings } from "./settings/table.ts";
import { StoreSetupError, StoreUnavailableError } from "./store/errors.ts";
import { openStore, type StorePlace } from "./store/open.ts";
import { dataFileName } from "./store/sqlite-file.ts";
import type { Store } from "./store/store.ts";

/** Where the users are if nobody says otherwise, in the folder where the program is started. */
export const defaultDataFolder = "wsecho-data";

/** Where the settings say that the users are. Both at once is for `openStore` to refuse. */
export function storePlace({ data, database }: Pick<Settings, "data" | "database">): StorePlace {
  if (data === null && database === null) return { data: defaultDataFolder };
  return {
    ...(data === null ? {} : { data }),
    ...(database === null ? {} : { database }),
  };
}

/** Whether a look would make it. */
export function isMissing({ data }: StorePlace): boolean {
  return data !== undefined && !existsSync(join(data, dataFileName));
}

export interface StoreProblem {
  readonly status: 1 | 2;
  readonly text: string;
}

/** The users' database; `null` where the server does without. */
export async function findStore(
  settings: Settings,
  { command, log }: { readonly command: string; readonly log: Log },
): Promise<Result<Store | null, StoreProblem>> {
  if (settings.demo) return success(null);
  const anonymous = settings["allow-anonymous"];
  const place = storePlace(settings);
  // A look must not leave a database behind, in whichever folder this was started.
  if (isMissing(place)) {
    if (!anonymous) return failure({ status: 2, text: noUsers(settings, command) });
    if (settings.data === null) return success(null);
  }
  try {
    const store = await openStore(place, { iterations: settings.iterations, log });
    const problem = await usersProblem(settings, store, command);
    if (problem === undefined) return success(store);
    await store.close();
    return failure({ status: 2, text: problem });
  } catch (error) {
    if (error instanceof StoreSetupError) return failure({ status: 2, text: error.message });
    if (error instanceof StoreUnavailableError) return failure({ status: 1, text: silent(error) });
    throw error;
  }
}

/** Whether anybody could do anything; what to type where not. Rejects as the store does. */
export async function usersProblem(
  settings: Settings,
  store: Store | null,
  command: string,
): Promise<string | undefined> {
  if (settings.demo || settings["allow-anonymous"]) return undefined;
  if (store === null)
    return "nobody could log in: the server was started without users; add one and start it again";
  return (await store.users.list()).length > 0 ? undefined : noUsers(settings, command);
}

function silent({ message }: StoreUnavailableError): string {
  return `the user database does not answer: ${message}`;
}

function noUsers({ data, database }: Settings, command: string): string {
  const where = data === null ? (database === null ? "" : " --database …") : ` --data ${data}`;
  const place = data ?? (database === null ? defaultDataFolder : "the database");
  return (
    `nobody could log in: there are no users in ${place}. To add one, type:\n\n` +
    `  ${command} users add NAME${where}\n\n` +
    "Or, to try the server on this machine, type:\n\n" +
    `  ${command} --demo\n\n` +
    "It lets one user in, admin with the password 123456."
  );
}
