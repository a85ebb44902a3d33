import { everything } from "../session/filter.ts";
import { forgetStored } from "./preferences.ts";
import type { Sessions } from "./sessions.ts";

/** Everything that this page keeps in this browser goes, and what is in memory of it. */
export function forgetAll({ list, active }: Sessions): void {
  active.value.connections.removeAll();
  for (const { draft, fileChoice, finder, framesFilter, forgetStay } of list.value) {
    forgetStay();
    void fileChoice.choose([]);
    draft.value = { mode: "text", text: "" };
    finder.filter.value = everything;
    framesFilter.value = "";
  }
  forgetStored();
}
