import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Feed, Whom } from "../feed.ts";
import { ft } from "../words.ts";
import { useFeedFocus } from "./feed-focus.ts";

const choices: readonly Whom[] = ["this", "own", "all"];

interface FeedControlsProps {
  readonly feed: Feed;
  /** Whether the page has a session of its own that could be watched. */
  readonly hasSession: boolean;
  readonly onStop: () => void;
}

/** What a person can do with a feed that is live. */
export function FeedControls({ feed, hasSession, onStop }: FeedControlsProps): JSX.Element | null {
  const { state, paused, whom, refused, watch, pause } = feed;
  const pauser = useRef<HTMLButtonElement>(null);
  useFeedFocus(pauser, state.value.kind === "live");
  if (state.value.kind !== "live") return null;
  return (
    <div class="source-line">
      <span class={`pill ${paused.value ? "waiting" : "ready"}`}>
        {ft(paused.value ? "feed.paused" : "feed.live")}
      </span>
      <button ref={pauser} type="button" class="button small" onClick={() => pause(!paused.value)}>
        {ft(paused.value ? "bar.resume" : "bar.pause")}
      </button>
      {hasSession && (
        <select
          class="small-select"
          aria-label={ft("feed.whom")}
          value={whom.value}
          onChange={({ currentTarget: { value } }) => watch(value as Whom)}
        >
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {ft(`feed.whom.${choice}`)}
            </option>
          ))}
        </select>
      )}
      {hasSession && (
        <button type="button" class="button small" onClick={onStop}>
          {ft("feed.stop")}
        </button>
      )}
      {refused.value !== null && (
        <span class="field-problem" role="status" lang="en">
          {ft("feed.refused", { why: refused.value })}
        </span>
      )}
    </div>
  );
}
