import type { Scope } from "../tap/messages.ts";
import type { Tap, Watch, WatchParts } from "../tap/tap.ts";
import type { FeedIn, FeedOut, WatchName } from "./feed-messages.ts";

/** A worker's part of the feed of all. */
export interface FeedLink {
  /** What the server is to use: a watch sees the connections of all workers. */
  readonly tap: Tap;
  readonly take: (message: FeedIn) => void;
}

/** A watch of a watcher at another worker. */
interface Remote {
  readonly watch: Watch;
  /** Called one by one, as the lines on the way to there leave. */
  readonly waiting: (() => void)[];
}

/**
 * @param own this worker's connections
 * @param say tells the primary
 */
export function createFeedLink(own: Tap, say: (message: FeedOut) => void): FeedLink {
  const here = new Map<number, WatchParts>();
  const elsewhere = new Map<string, Remote>();
  let lastWatch = 0;

  function watchAll(parts: WatchParts): Watch {
    const watch = ++lastWatch;
    const ours = own.watch(parts);
    here.set(watch, parts);
    say({ type: "watch", watch, scope: parts.scope });
    return {
      setScope(scope) {
        ours.setScope(scope);
        say({ type: "watch", watch, scope });
      },
      pause(paused) {
        ours.pause(paused);
        say({ type: "pause", watch, paused });
      },
      stop() {
        ours.stop();
        if (here.delete(watch)) say({ type: "unwatch", watch });
      },
    };
  }

  function watchFor(of: WatchName, scope: Scope): void {
    const known = elsewhere.get(keyOf(of));
    if (known !== undefined) {
      known.watch.setScope(scope);
      return;
    }
    const waiting: (() => void)[] = [];
    const watch = own.watch({
      scope,
      isRemote: true,
      onLines(bytes, taken) {
        waiting.push(taken);
        say({ type: "lines", to: of, bytes });
      },
      // Its watcher goes on with what the other workers see.
      onFailed: () => elsewhere.delete(keyOf(of)),
    });
    elsewhere.set(keyOf(of), { watch, waiting });
  }

  return {
    tap: { ...own, watch: watchAll },
    take(message) {
      if (message.type === "lines") {
        const { from, watch, bytes } = message;
        here.get(watch)?.onLines(bytes, () => say({ type: "taken", from, watch }));
        return;
      }
      if (message.type === "watch") {
        watchFor(message.of, message.scope);
        return;
      }
      const key = keyOf(message.of);
      const remote = elsewhere.get(key);
      switch (message.type) {
        case "pause":
          remote?.watch.pause(message.paused);
          return;
        case "unwatch":
          remote?.watch.stop();
          elsewhere.delete(key);
          return;
        case "taken":
          remote?.waiting.shift()?.();
      }
    },
  };
}

const keyOf = ({ worker, watch }: WatchName): string => `${worker}:${watch}`;
