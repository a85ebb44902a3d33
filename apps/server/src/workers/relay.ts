import type { Scope } from "../tap/messages.ts";
import type { FeedIn, FeedOut } from "./feed-messages.ts";
import type { Member } from "./pool.ts";

/** Brings watches of the wire feed to the other workers, and what those see to the watcher's. */
export interface Relay {
  readonly take: (from: number, message: FeedOut) => void;
  /** A worker listens: it has to know what is watched. */
  readonly joined: (member: Member) => void;
  /** A worker is gone, and its watchers with it. */
  readonly left: (member: Member) => void;
}

interface Watched {
  scope: Scope;
  paused: boolean;
}

export function createRelay(members: () => readonly Member[]): Relay {
  /** By worker and number of the watch. */
  const watches = new Map<number, Map<number, Watched>>();

  function tellOthers(than: number, feed: FeedIn): void {
    for (const member of members()) if (member.id !== than) member.tell({ type: "feed", feed });
  }

  function tellOne(id: number, feed: FeedIn): void {
    members()
      .find((member) => member.id === id)
      ?.tell({ type: "feed", feed });
  }

  return {
    take(from, message) {
      const own = watches.get(from) ?? new Map<number, Watched>();
      watches.set(from, own);
      switch (message.type) {
        case "watch": {
          const { watch, scope } = message;
          own.set(watch, { scope, paused: own.get(watch)?.paused ?? false });
          tellOthers(from, { type: "watch", of: { worker: from, watch }, scope });
          return;
        }
        case "pause": {
          const { watch, paused } = message;
          const known = own.get(watch);
          if (known !== undefined) known.paused = paused;
          tellOthers(from, { type: "pause", of: { worker: from, watch }, paused });
          return;
        }
        case "unwatch": {
          const { watch } = message;
          own.delete(watch);
          tellOthers(from, { type: "unwatch", of: { worker: from, watch } });
          return;
        }
        case "lines": {
          const { to, bytes } = message;
          tellOne(to.worker, { type: "lines", from, watch: to.watch, bytes });
          return;
        }
        case "taken": {
          const of = { worker: from, watch: message.watch };
          tellOne(message.from, { type: "taken", of });
        }
      }
    },
    joined(member) {
      for (const [worker, own] of watches)
        for (const [watch, { scope, paused }] of own) {
          const of = { worker, watch };
          member.tell({ type: "feed", feed: { type: "watch", of, scope } });
          if (paused) member.tell({ type: "feed", feed: { type: "pause", of, paused } });
        }
    },
    left({ id }) {
      for (const watch of watches.get(id)?.keys() ?? [])
        tellOthers(id, { type: "unwatch", of: { worker: id, watch } });
      watches.delete(id);
    },
  };
}
