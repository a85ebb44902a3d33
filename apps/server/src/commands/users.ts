import { randomBytes } from "node:crypto";
import { createVerifier, prepareUsername, type ScramVerifier } from "@wsecho/protocol/scram";
import { nodeScramCrypto } from "../scram-crypto.ts";
import type { StoredUser, UserChange } from "../store/store.ts";
import type { Role } from "../users.ts";
import { CommandError, type CommandContext } from "./context.ts";
import { readNewPassword } from "./password.ts";
import { formatTable, formatTime, isoTime } from "./table.ts";

export interface PasswordOptions {
  readonly passwordStdin: boolean;
}

export async function addUser(
  { store, say }: CommandContext,
  given: string,
  { role, passwordStdin }: PasswordOptions & { readonly role: Role },
): Promise<void> {
  const name = prepared(given);
  // Before the question, for nobody likes to type for nothing.
  if ((await store.find(name)) !== undefined) throw taken(name);
  const verifier = await newVerifier(passwordStdin, store.iterations);
  if (!(await store.users.add({ name, verifier, role }))) throw taken(name);
  say(`added ${name}${role === "admin" ? ", an admin" : ""}`);
}

export async function changePassword(
  context: CommandContext,
  given: string,
  { passwordStdin }: PasswordOptions,
): Promise<void> {
  const name = prepared(given);
  const { store, say } = context;
  if ((await store.find(name)) === undefined) throw unknown(name);
  const verifier = await newVerifier(passwordStdin, store.iterations);
  await change(context, name, { verifier });
  await store.failures.forget(name);
  say(`changed the password of ${name}; sessions and tokens of before are over`);
}

export async function changeRole(
  context: CommandContext,
  given: string,
  role: Role,
): Promise<void> {
  const name = prepared(given);
  await change(context, name, { role });
  context.say(`the role of ${name} is ${role} now; sessions and tokens of before are over`);
}

export async function setEnabled(
  context: CommandContext,
  given: string,
  enabled: boolean,
): Promise<void> {
  const name = prepared(given);
  await change(context, name, { enabled });
  if (enabled) await context.store.failures.forget(name);
  context.say(enabled ? `enabled ${name}` : `disabled ${name}; sessions and tokens are over`);
}

export async function removeUser({ store, say }: CommandContext, given: string): Promise<void> {
  const name = prepared(given);
  if (!(await store.users.remove(name))) throw unknown(name);
  say(`removed ${name}; sessions and tokens are over`);
}

export async function listUsers(
  { store, print, say }: CommandContext,
  { json }: { readonly json: boolean },
): Promise<void> {
  const users = await store.users.list();
  if (json) print(`${JSON.stringify(users.map(toJson), null, 2)}\n`);
  else if (users.length === 0) say(`there are no users in ${store.location}`);
  else
    print(
      formatTable(
        ["NAME", "ROLE", "STATE", "ITERATIONS", "CREATED", "CHANGED"],
        users.map((user) => [
          user.name,
          user.role,
          user.enabled ? "enabled" : "disabled",
          String(user.verifier.iterations),
          formatTime(user.createdAt),
          formatTime(user.changedAt),
        ]),
      ),
    );
}

/** Without the verifier: a weak password can be guessed from it. */
function toJson({ name, role, enabled, verifier, createdAt, changedAt }: StoredUser): object {
  return {
    name,
    role,
    enabled,
    iterations: verifier.iterations,
    createdAt: isoTime(createdAt),
    changedAt: isoTime(changedAt),
  };
}

async function change({ store }: CommandContext, name: string, changes: UserChange): Promise<void> {
  if (!(await store.users.change(name, changes))) throw unknown(name);
}

async function newVerifier(fromStdin: boolean, iterations: number): Promise<ScramVerifier> {
  const password = await readNewPassword(fromStdin);
  if (!password.ok) throw new CommandError(password.error);
  const salt = randomBytes(16);
  const verifier = await createVerifier(nodeScramCrypto, password.value, { salt, iterations });
  if (!verifier.ok) throw new CommandError(verifier.error.message);
  return verifier.value;
}

/** By the rule that logins follow too, so that a name is one name however it was typed. */
export function prepared(given: string): string {
  const name = prepareUsername(given);
  if (!name.ok) throw new CommandError(name.error.message);
  return name.value;
}

export function unknown(name: string): CommandError {
  return new CommandError(`there is no user ${name}; all users: wsecho-server users list`);
}

function taken(name: string): CommandError {
  return new CommandError(
    `there is a user ${name} already; for a new password: wsecho-server users passwd ${name}`,
  );
}
