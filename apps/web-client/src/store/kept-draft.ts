import { effect, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Drawer } from "./browser-store.ts";
import type { Draft, DraftMode } from "./types.ts";

/** A longer draft does not survive a reload; UTF-16 units. */
const maxLength = 64 * 1024;

const modes: readonly DraftMode[] = ["text", "json", "hex", "base64"];

/**
 * Brings back what stood in the composer before a reload, and keeps what stands there from now on;
 * `inView` is the draft of the session that is.
 */
export function keepDraft(inView: ReadonlySignal<Signal<Draft>>, drawer: Drawer): void {
  const { mode, text } = (drawer.read() ?? {}) as Partial<Draft>;
  const known = modes.find((name) => name === mode);
  const draft = inView.value;
  if (known !== undefined && typeof text === "string" && draft.value.text === "")
    draft.value = { mode: known, text: text.slice(0, maxLength) };
  effect(() => {
    const { value } = inView.value;
    if (value.text === "" || value.text.length > maxLength) drawer.forget();
    else drawer.write(value);
  });
}
