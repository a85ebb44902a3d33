import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { createSession } from "@wsecho/client";
import { browserSchedule } from "../../store/batch.ts";
import type { Store } from "../../store/types.ts";
import { createFeed, type Feed } from "../feed.ts";
import { createFramesStore, type FramesStore } from "../store.ts";

/** What is shown, and the feed that it may come from. */
export interface Frames extends FramesStore {
  readonly feed: Feed;
}

/** @param store of the page, whose own session the feed can be asked for */
export function createFrames(store: Store): Frames {
  let shownUrl = "";
  const frames = createFramesStore({
    schedule: browserSchedule,
    rest: () => new Promise((resolve) => setTimeout(resolve)),
  });
  const feed = createFeed({
    createSession,
    ownSession: () => store.view.value.status?.session,
    records: frames.push,
  });
  return {
    ...frames,
    open: (file) => {
      feed.stop();
      shownUrl = "";
      return frames.open(file);
    },
    feed: {
      ...feed,
      start: (login) => {
        // Connections of another server would have the same numbers.
        if (login.url !== shownUrl) frames.clear();
        shownUrl = login.url;
        feed.start(login);
      },
    },
  };
}

export const FramesContext = createContext<Frames | null>(null);

export function useFrames(): Frames {
  const frames = useContext(FramesContext);
  if (frames === null) throw new Error("a component was drawn outside of FramesContext");
  return frames;
}
