import { issueToken } from "../tokens.ts";
import { CommandError, type CommandContext } from "./context.ts";
import { formatTable, formatTime, isoTime } from "./table.ts";
import { prepared, unknown } from "./users.ts";

export async function issue(
  { store, print, say }: CommandContext,
  given: string,
  { expiresMs }: { readonly expiresMs: number },
): Promise<void> {
  const name = prepared(given);
  const user = await store.find(name);
  if (user === undefined) throw unknown(name);
  if (!user.enabled)
    throw new CommandError(`${name} is disabled; first: wsecho-server users enable ${name}`);
  print(`${await issueToken(store.signingKeys, user, expiresMs)}\n`);
  const end = formatTime(Date.now() + expiresMs);
  say(`good until ${end}, or until ${name} gets a new password, is disabled or removed`);
}

export async function rotate({ store, print, say }: CommandContext): Promise<void> {
  const { id } = await store.signingKeys.add();
  print(`${id}\n`);
  say(`key ${id} signs from now on; tokens of the older keys stay good until those are retired:`);
  for (const key of (await store.signingKeys.list()).slice(1))
    say(`  wsecho-server tokens retire ${key.id}`);
}

export async function retire({ store, say }: CommandContext, id: string): Promise<void> {
  switch (await store.signingKeys.retire(id)) {
    case "retired":
      say(`key ${id} is retired; its tokens are good for no further login`);
      return;
    case "last":
      throw new CommandError("this is the only key; first: wsecho-server tokens rotate");
    case "unknown":
      throw new CommandError("there is no such key; all keys: wsecho-server tokens keys");
  }
}

export async function listKeys(
  { store, print }: CommandContext,
  { json }: { readonly json: boolean },
): Promise<void> {
  const keys = await store.signingKeys.list();
  if (json) {
    const entries = keys.map(({ id, algorithm, createdAt }, i) => ({
      id,
      algorithm,
      signs: i === 0,
      createdAt: isoTime(createdAt),
    }));
    print(`${JSON.stringify(entries, null, 2)}\n`);
    return;
  }
  const rows = keys.map(({ id, createdAt }, i) => [
    id,
    i === 0 ? "signs" : "verifies",
    formatTime(createdAt),
  ]);
  print(formatTable(["KEY", "USE", "CREATED"], rows));
}
