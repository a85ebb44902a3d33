import {
  createMemoryAccess,
  createStoreAccess,
  type Access,
  type StoreAccessOptions,
} from "./access.ts";
import type { RuleOptions, ServerOptions } from "./options.ts";
import { nobody } from "./users.ts";

type Who = Pick<ServerOptions, "store" | "users">;

/** Throws TypeError where nobody could do anything. */
export function assertUsable({ store, users }: Who, { allowAnonymous = false }: RuleOptions): void {
  if (store !== undefined && users !== undefined)
    throw new TypeError("pass either users or store, not both");
  if (store === undefined && users === undefined && !allowAnonymous) {
    const how = "await createMemoryUsers({ name: password }), or await demoUsers()";
    throw new TypeError(`nobody could log in: pass users, for example ${how}`);
  }
}

export function chooseAccess({ store, users }: Who, options: StoreAccessOptions): Access {
  return store === undefined
    ? createMemoryAccess(users ?? nobody, options)
    : createStoreAccess(store, options);
}
