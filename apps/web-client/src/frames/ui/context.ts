import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { createSession } from "@wsecho/client";
import { pageClock } from "../../store/clock.ts";
import { browserSchedule } from "../../store/batch.ts";
import { fairShare } from "../../store/fair-share.ts";
import type { Sessions } from "../../store/sessions.ts";
import type { Store } from "../../store/types.ts";
import type { FramesEntry } from "../entry.ts";
import { createFeed, type Feed } from "../feed.ts";
import { defaultLogBounds, type FrameLog, type LogBounds } from "../log.ts";
import { createFramesStore, type FramesStore } from "../store.ts";
import { createWatch, type Watch } from "../watch.ts";
import { createWireLinks, type FrameLinks } from "../wire-links.ts";

/** What is shown, and the feed that it may come from. */
export interface Frames extends FramesStore {
  readonly feed: Feed;
  /** The feed of the session, from asking for it to its end. */
  readonly watch: Watch;
  readonly links: FrameLinks;
  /** Goes to a row of the transcript. */
  readonly showRow: (seq: number) => void;
}

/** By session: what was read and chosen outlives the view, which may be closed and opened again. */
const made = new Map<Store, Frames>();

/** The frames of `store`, whose own session the feed can be asked for. */
export function framesOf(store: Store, { list }: Sessions, entry: FramesEntry): Frames {
  for (const [other, { narrowing }] of made) {
    if (list.peek().includes(other)) continue;
    // Its search may hold a worker.
    narrowing.expression.value = "";
    made.delete(other);
  }
  const frames = made.get(store) ?? createFrames(store, entry);
  made.set(store, frames);
  return frames;
}

function createFrames(store: Store, entry: FramesEntry): Frames {
  let shownUrl = "";
  const others = (): readonly Frames[] =>
    [...made].flatMap(([other, frames]) => (other === store ? [] : [frames]));
  const frames = createFramesStore({
    schedule: browserSchedule,
    expression: store.framesFilter,
    rest: () => new Promise((resolve) => setTimeout(resolve)),
    bounds: (next) => sharedBounds([...others().map(({ log }) => log.peek()), next]),
    onGrow: () => others().forEach(({ fit }) => fit()),
  });
  const feed = createFeed({
    createSession,
    ownSession: () => store.view.value.status?.session,
    records: (records) => {
      links.came(records);
      frames.push(records);
    },
    now: pageClock,
  });
  const own: Feed = {
    ...feed,
    start: (login) => {
      // Connections of another server would have the same numbers.
      if (login.url !== shownUrl) {
        frames.clear();
        feed.forget();
      }
      shownUrl = login.url;
      feed.start(login);
    },
  };
  const links = createWireLinks({
    frames,
    entries: () => store.view.value.transcript.entries,
    watching: () => feed.state.value.kind === "live",
    askedAt: feed.askedAt,
    now: pageClock,
  });
  return {
    ...frames,
    links,
    showRow: (seq) => {
      entry.wantedRow.value = seq;
    },
    open: (file) => {
      feed.stop();
      shownUrl = "";
      return frames.open(file);
    },
    feed: own,
    watch: createWatch({ store, entry, feed: own, file: frames.source.file }),
  };
}

function sharedBounds(logs: readonly FrameLog[]): LogBounds {
  const { records, bytes } = defaultLogBounds;
  return {
    records: fairShare(
      logs.map(({ kept }) => kept.length),
      records,
    ),
    bytes: fairShare(
      logs.map((log) => log.bytes),
      bytes,
    ),
  };
}

export const FramesContext = createContext<Frames | null>(null);

export function useFrames(): Frames {
  const frames = useContext(FramesContext);
  if (frames === null) throw new Error("a component was drawn outside of FramesContext");
  return frames;
}
