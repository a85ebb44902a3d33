import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useSessions, useStore } from "../../ui/context.ts";
import { Notice } from "../../ui/notice.tsx";
import type { FramesEntry } from "../entry.ts";
import { loadFilterWorker } from "../filter-sieve.ts";
import { ft } from "../words.ts";
import { framesOf, FramesContext, type Frames } from "./context.ts";
import { FeedControls } from "./feed-controls.tsx";
import { FeedPanel } from "./feed-panel.tsx";
import { FrameList } from "./frame-list.tsx";
import { Inspector } from "./inspector.tsx";
import { SourceBar } from "./source-bar.tsx";
import { Toolbar } from "./toolbar.tsx";
import "../../styles/inspector.css";
import "../../styles/frames.css";

// For when the page's server is gone.
loadFilterWorker();

/** The wire: a list of frames, and everything about one of them. */
export function FramesView({ entry }: { readonly entry: FramesEntry }): JSX.Element {
  const frames = framesOf(useStore(), useSessions(), entry);
  const shown = entry.shown.value;
  useLayoutEffect(() => {
    entry.links.value = frames.links;
  }, [frames]);
  useEffect(() => {
    if (shown) frames.watch.begin();
  }, [shown]);
  const live = frames.feed.state.value.kind === "live";
  useEffect(() => {
    entry.watching.value = live;
  }, [live]);
  const dropped = entry.dropped.value;
  useEffect(() => {
    const file = entry.takeDropped();
    if (file !== null) void frames.open(file);
  }, [dropped]);
  const view = useRef<HTMLElement>(null);
  const selected = frames.selected.value;
  const inspecting = selected !== null;
  const closing = useRef(false);
  useLayoutEffect(() => {
    if (!closing.current) return;
    closing.current = false;
    // Back to the row that the details were of.
    view.current?.querySelector<HTMLElement>("[data-row][tabindex='0']")?.focus();
  }, [inspecting]);
  const file = frames.source.file.value;
  const empty = frames.log.value.kept.length === 0;
  return (
    <FramesContext.Provider value={frames}>
      <section
        ref={view}
        id="frames"
        class={`frames${inspecting ? " inspecting" : ""}`}
        aria-label={ft("view.title")}
        tabIndex={-1}
        hidden={!shown}
      >
        <SourceBar>{file === null && <FeedBar entry={entry} frames={frames} />}</SourceBar>
        {!empty && (
          <>
            <Toolbar />
            <div class="frames-body">
              <FrameList key={file === null ? "feed" : file.name} follow={file === null} />
              {selected !== null && (
                <Inspector
                  selected={selected}
                  onClose={() => {
                    closing.current = true;
                    frames.selected.value = null;
                  }}
                />
              )}
            </div>
          </>
        )}
      </section>
    </FramesContext.Provider>
  );
}

interface FeedBarProps {
  readonly entry: FramesEntry;
  readonly frames: Frames;
}

/** The feed, from asking for it to its end; and what to do where there is none. */
function FeedBar({ entry, frames }: FeedBarProps): JSX.Element {
  const { feed, log, watch } = frames;
  const place = watch.place.value;
  const { kind } = feed.state.value;
  if (watch.expired) return <Notice tone="warn" title={ft("feed.expired")} />;
  if (place === null && kind !== "live") return log.value.kept.length === 0 ? <Intro /> : <></>;
  return (
    <>
      <FeedControls feed={feed} hasSession={!entry.only} onStop={watch.stop} />
      {place !== null && <FeedPanel feed={feed} place={place} held={watch.held()} />}
      {kind === "live" && log.value.kept.length === 0 && <p class="muted">{ft("feed.waiting")}</p>}
    </>
  );
}

/** Before there is anything to show. */
function Intro(): JSX.Element {
  return (
    <div class="frames-intro">
      <h3>{ft("intro.title")}</h3>
      <p>{ft("intro.browser")}</p>
      <p>{ft("intro.file")}</p>
      <p>{ft("intro.login")}</p>
    </div>
  );
}
