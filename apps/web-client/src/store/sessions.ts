import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import { everything } from "../session/filter.ts";
import type { Bounds, Transcript } from "../session/transcript.ts";
import type { Stamped } from "../session/view.ts";
import { maxFileBytes } from "./chosen-file.ts";
import { createConnections } from "./connections.ts";
import type { Drawer } from "./browser-store.ts";
import { fairShare } from "./fair-share.ts";
import type { LoginKeeper } from "./kept-login.ts";
import { createStays } from "./stay.ts";
import { createStore } from "./store.ts";
import type { Store, StoreHost } from "./types.ts";

/** More than these nobody oversees, and each may hold a connection. */
export const maxSessions = 10;

/** The sessions of one page: at least one, and one of them in view. */
export interface Sessions {
  readonly list: ReadonlySignal<readonly Store[]>;
  readonly active: ReadonlySignal<Store>;
  /** Begins another one behind the others, and brings it into view; `null` where there is no room. */
  readonly open: () => Store | null;
  readonly show: (session: Store) => void;
  /** Ends a session and lets go of all it held; the only one stays. */
  readonly close: (session: Store) => void;
  /** How many messages came since it was last in view. */
  readonly unread: (session: Store) => number;
}

type Own = "id" | "stay" | "connections" | "bounds" | "fileRoom" | "onBatch";

export interface SessionsHost extends Omit<StoreHost, Own> {
  /** Where a login stays for the next visit. */
  readonly keeper: LoginKeeper;
  /** Where saved connections stay. */
  readonly connections: Drawer;
  /** How much all transcripts may hold together. */
  readonly bounds: () => Bounds;
  /** Told of each batch, after the view of `session` shows it. */
  readonly onBatch: (session: Store, batch: readonly Stamped[]) => void;
}

export function createSessions(host: SessionsHost): Sessions {
  const connections = createConnections(host.connections);
  const stayOf = createStays(host.keeper);
  /** Messages that had come when a session went out of view. */
  const seen = new WeakMap<Store, number>();
  let nextId = 1;

  function create(): Store {
    const id = nextId++;
    const others = (): readonly Store[] => list.peek().filter((other) => other.id !== id);
    const own = createStore({
      ...host,
      id,
      connections,
      stay: stayOf(),
      fileRoom: () =>
        others().reduce(
          (left, { fileChoice }) => left - (fileChoice.file.peek()?.data.byteLength ?? 0),
          maxFileBytes,
        ),
      bounds: (next) => shared([...others().map(({ view }) => view.peek().transcript), next]),
      onBatch: (events) => {
        for (const other of others()) other.fit();
        // The last words of one that was closed are nobody's business.
        if (list.peek().includes(own)) host.onBatch(own, events);
      },
    });
    return own;
  }

  function shared(transcripts: readonly Transcript[]): Bounds {
    const { entries, bytes } = host.bounds();
    return {
      entries: fairShare(
        transcripts.map((transcript) => transcript.entries.length),
        entries,
      ),
      bytes: fairShare(
        transcripts.map((transcript) => transcript.bytes),
        bytes,
      ),
    };
  }

  const received = ({ view }: Store): number => view.value.figures.received.messages;
  const list = signal<readonly Store[]>([]);
  const first = create();
  list.value = [first];
  const active = signal(first);

  const show = (session: Store): void => {
    seen.set(active.value, received(active.value));
    active.value = session;
  };
  return {
    list,
    active: computed(() => active.value),
    open: () => {
      if (list.value.length >= maxSessions) return null;
      const session = create();
      batch(() => {
        list.value = [...list.value, session];
        show(session);
      });
      return session;
    },
    show,
    close: (session) => {
      const place = list.value.indexOf(session);
      const next = list.value[place + 1] ?? list.value[place - 1];
      if (place < 0 || next === undefined) return;
      session.repeater.stop();
      // Its search may hold a worker.
      session.finder.filter.value = everything;
      session.leave();
      batch(() => {
        if (active.value === session) show(next);
        list.value = list.value.toSpliced(place, 1);
      });
    },
    unread: (session) =>
      session === active.value ? 0 : received(session) - (seen.get(session) ?? 0),
  };
}
