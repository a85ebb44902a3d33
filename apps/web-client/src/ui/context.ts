import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Announcer } from "../store/announcer.ts";
import type { Sessions } from "../store/sessions.ts";
import type { FramesEntry } from "../frames/entry.ts";
import type { Store } from "../store/types.ts";

export const SessionsContext = createContext<Sessions | null>(null);

/** All sessions of the page. */
export function useSessions(): Sessions {
  const sessions = useContext(SessionsContext);
  if (sessions === null) throw new Error("a component was drawn outside of SessionsContext");
  return sessions;
}

/** The session in view. */
export function useStore(): Store {
  return useSessions().active.value;
}

export const FramesEntryContext = createContext<FramesEntry | null>(null);

export function useFramesEntry(): FramesEntry {
  const entry = useContext(FramesEntryContext);
  if (entry === null) throw new Error("a component was drawn outside of FramesEntryContext");
  return entry;
}

export const SayContext = createContext<Announcer["say"] | null>(null);

/** What tells those who listen what others see. */
export function useSay(): Announcer["say"] {
  const say = useContext(SayContext);
  if (say === null) throw new Error("a component was drawn outside of SayContext");
  return say;
}
