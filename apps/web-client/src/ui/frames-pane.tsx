import type { JSX } from "preact";
import type { FramesEntry } from "../frames/entry.ts";
import { useStore } from "./context.ts";
import { framesPart } from "./parts.ts";

/** The Frames view, loaded when somebody first wants it; from then on it is there, if only hidden. */
export function FramesPane({ entry }: { readonly entry: FramesEntry }): JSX.Element | null {
  const { id } = useStore();
  if (!entry.shown.value && !framesPart.isThere()) return null;
  return <framesPart.View key={id} entry={entry} />;
}
