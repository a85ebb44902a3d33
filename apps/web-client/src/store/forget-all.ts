import { forgetStored } from "./preferences.ts";
import type { Store } from "./types.ts";

/** Everything that this page keeps in this browser goes, and what is in memory of it. */
export function forgetAll({ connections, draft, forgetStay }: Store): void {
  connections.removeAll();
  forgetStay();
  draft.value = { mode: "text", text: "" };
  forgetStored();
}
