import { signal, type ReadonlySignal } from "@preact/signals";
import { publicAddress } from "../session/public-address.ts";
import { publicSubprotocols } from "../session/subprotocols.ts";
import { dialects, loginMethods, type Target } from "../session/target.ts";
import type { Drawer } from "./browser-store.ts";

/** Saved connections, the last saved first; without secrets, and no more than {@link room}. */
export interface Connections {
  readonly list: ReadonlySignal<readonly Target[]>;
  readonly save: (target: Target) => void;
  readonly remove: (target: Target) => void;
  readonly removeAll: () => void;
}

export const room = 30;

export function createConnections(drawer: Drawer): Connections {
  const list = signal<readonly Target[]>(readList(drawer.read()));
  // Or what one tab saves would take away what another has saved.
  drawer.watch(() => {
    list.value = readList(drawer.read());
  });
  const set = (next: readonly Target[]): void => {
    list.value = next;
    drawer.write(next);
  };
  const without = (target: Target): readonly Target[] =>
    list.value.filter((other) => JSON.stringify(other) !== JSON.stringify(target));
  return {
    list,
    save: (target) => {
      const shown = withoutSecrets(target);
      set([shown, ...without(shown)].slice(0, room));
    },
    remove: (target) => set(without(target)),
    removeAll: () => {
      list.value = [];
      drawer.forget();
    },
  };
}

export function withoutSecrets({ url, dialect, protocols, method, username }: Target): Target {
  const shown = { url: publicAddress(url), protocols: publicSubprotocols(protocols) };
  return { ...shown, dialect, method, username };
}

/** What stands in storage may be anything: another version's, or a person's own doing. */
function readList(kept: unknown): readonly Target[] {
  return Array.isArray(kept) ? kept.slice(0, room).flatMap(readTarget) : [];
}

/** One of what stands in storage; none where it is something else. */
export function readTarget(one: Partial<Target> | null): readonly Target[] {
  const { url, username, protocols } = one ?? {};
  const dialect = dialects.find((name) => name === one?.dialect);
  const method = loginMethods.find((name) => name === one?.method);
  if (typeof url !== "string" || typeof username !== "string" || !Array.isArray(protocols))
    return [];
  if (dialect === undefined || method === undefined) return [];
  return [withoutSecrets({ url, dialect, protocols: protocols.map(String), method, username })];
}
