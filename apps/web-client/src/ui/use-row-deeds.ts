import { plainTextOf } from "../session/plain-text.ts";
import type { Entry } from "../session/transcript.ts";
import { maxPins } from "../store/finder.ts";
import { formatCount } from "../text/format.ts";
import { t } from "../words/language.ts";
import { useSay, useStore } from "./context.ts";
import { copyText } from "./copy-text.ts";
import type { RowState } from "./row-state.ts";

interface RowDeeds {
  readonly pin: (entry: Entry) => void;
  readonly copy: (entry: Entry) => void;
}

/** What keys and buttons do to the chosen row, and say of it: a mark alone is seen, and not heard. */
export function useRowDeeds({ said, selected }: RowState): RowDeeds {
  const { finder } = useStore();
  const say = useSay();
  return {
    pin: (entry) => {
      const done = finder.togglePin(entry);
      const words = t(`entry.${done}`, { count: formatCount(maxPins) });
      // What is pinned has a mark.
      said.value = done === "full" ? words : "";
      say(words);
    },
    copy: (entry) =>
      void copyText(plainTextOf(entry)).then((copied) => {
        const words = t(copied ? "copy.copied" : "copy.failed");
        if (selected.peek() === entry.seq) said.value = words;
        say(words);
      }),
  };
}
