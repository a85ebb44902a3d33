import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { isMessage, type Entry } from "../session/transcript.ts";
import { singleKeys } from "../store/preferences.ts";
import { useFramesEntry, useStore } from "./context.ts";
import { goToRow } from "./focus-row.ts";
import type { RowState } from "./row-state.ts";
import { useRowDeeds } from "./use-row-deeds.ts";
import { showFrames } from "./wire-facts.tsx";

interface RowKeys {
  readonly entries: readonly Entry[];
  /** The place of the chosen entry in `entries`; `null` for none. */
  readonly place: number | null;
  readonly state: RowState;
  readonly scroller: RefObject<HTMLElement | null>;
}

const page = 10;

/** Chooses rows by the keyboard: one of them at a time has the focus, and its actions. */
export function useRowKeys(keys: RowKeys): (event: KeyboardEvent) => void {
  const { entries, place, scroller } = keys;
  const { selected, said, toggle } = keys.state;
  const { send } = useStore();
  const { pin, copy } = useRowDeeds(keys.state);
  const frames = useFramesEntry();

  useLayoutEffect(() => {
    said.value = "";
    if (place === null || scroller.current === null) return undefined;
    const { current } = scroller;
    return goToRow(current, () => current.querySelector(`[data-seq="${selected.peek()}"]`));
  }, [selected.value]);

  const choose = (next: number): void => {
    const within = Math.max(0, Math.min(entries.length - 1, next));
    selected.value = entries[within]?.seq ?? null;
  };
  const moved = (key: string): number | null => {
    const last = entries.length - 1;
    switch (key) {
      case "ArrowDown":
        return place === null ? last : place + 1;
      case "ArrowUp":
        return place === null ? last : place - 1;
      case "PageDown":
        return place === null ? null : place + page;
      case "PageUp":
        return place === null ? null : place - page;
      case "Home":
        return place === null ? null : 0;
      case "End":
        return place === null ? null : last;
      default:
        return null;
    }
  };
  /** Whether the key meant something. */
  const act = (key: string): boolean => {
    const next = moved(key);
    if (next !== null) {
      choose(next);
      return true;
    }
    const entry = place === null ? undefined : entries[place];
    if (entry === undefined) return false;
    if (key === "Enter") toggle(entry.seq);
    else if (key === "Escape") {
      selected.value = null;
      scroller.current?.focus({ preventScroll: true });
    } else if (!singleKeys.value) return false;
    else if (key === "p") pin(entry);
    else if (key === "c") copy(entry);
    else if (key === "f" && isMessage(entry)) showFrames(frames, entry);
    else if (key === "s" && "payload" in entry) send(entry.payload);
    else return false;
    return true;
  };
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const { target } = event;
    // Inside a row its own controls have their keys; a long payload scrolls by itself.
    const own =
      target === scroller.current ||
      (target instanceof HTMLElement && target.dataset["seq"] !== undefined);
    const leaving = event.key === "Escape" && place !== null;
    if ((own || leaving) && act(event.key)) event.preventDefault();
  };
}
