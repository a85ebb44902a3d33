import { signal, type ReadonlySignal } from "@preact/signals";
import {
  clear,
  draftOf,
  trim,
  type Bounds,
  type NewEntry,
  type Transcript,
} from "../session/transcript.ts";
import {
  beginSession,
  initialView,
  reduceView,
  type SessionView,
  type Stamped,
} from "../session/view.ts";
import { createBatcher, type Schedule } from "./batch.ts";

/** What one session looks like, and all that changes it. */
export interface ViewStore {
  readonly view: ReadonlySignal<SessionView>;
  readonly push: (event: Stamped) => void;
  /** Shows now what waits. */
  readonly flush: () => void;
  /** A new connection, with the transcript of those before it. */
  readonly begin: () => void;
  readonly clear: () => void;
  /** Adds what a file brought. */
  readonly add: (entries: readonly NewEntry[]) => void;
  /** Keeps within the bounds where they have become narrower. */
  readonly fit: () => void;
}

export interface ViewHost {
  readonly schedule: Schedule;
  /** How much the transcript may hold, once it is what it is about to be. */
  readonly bounds: (next: Transcript) => Bounds;
  /** Told of each batch, after the view shows it. */
  readonly onBatch: (batch: readonly Stamped[]) => void;
}

export function createViewStore({ schedule, bounds, onBatch }: ViewHost): ViewStore {
  const view = signal<SessionView>(initialView);
  const show = (next: SessionView): void => {
    view.value = { ...next, transcript: trim(next.transcript, bounds(next.transcript)) };
  };
  const { push, flush } = createBatcher<Stamped>(schedule, (batch) => {
    show(reduceView(view.value, batch));
    onBatch(batch);
  });
  return {
    view,
    push,
    flush,
    begin: () => {
      view.value = beginSession(view.value);
    },
    clear: () => {
      flush();
      view.value = { ...view.value, transcript: clear(view.value.transcript) };
    },
    add: (entries) => {
      flush();
      const draft = draftOf(view.value.transcript);
      entries.forEach(draft.append);
      show({ ...view.value, transcript: draft.finish() });
    },
    fit: () => {
      const { transcript } = view.value;
      if (trim(transcript, bounds(transcript)) !== transcript) show(view.value);
    },
  };
}
