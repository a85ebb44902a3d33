import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Sessions } from "../store/sessions.ts";
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
