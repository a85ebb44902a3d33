import { signal, type Signal } from "@preact/signals";
import type { Store } from "../store/types.ts";
import { createRowState, type RowState } from "./row-state.ts";
import type { Reading } from "./use-place.ts";

/** How one session's view looks, for when it comes back into view. */
export interface SessionMemory {
  readonly filtering: Signal<boolean>;
  /** Of the transcript under the present filter. */
  list: ListMemory | null;
}

export interface ListMemory {
  readonly filter: string;
  readonly rows: RowState;
  /** `null` at the end. */
  reading: Reading | null;
}

const memories = new WeakMap<Store, SessionMemory>();

export function memoryOf(session: Store): SessionMemory {
  const memory = memories.get(session) ?? {
    filtering: signal(false),
    list: null,
  };
  memories.set(session, memory);
  return memory;
}

/** What is known of the list under `filter`; another filter is another list. */
export function listMemoryOf(session: Store, filter: string): ListMemory {
  const memory = memoryOf(session);
  if (memory.list?.filter !== filter)
    memory.list = { filter, rows: createRowState(), reading: null };
  return memory.list;
}
