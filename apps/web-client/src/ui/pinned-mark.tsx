import type { JSX } from "preact";
import { t } from "../words/language.ts";
import { useStore } from "./context.ts";
import { Icon } from "./icons.tsx";

/** On an entry that is kept whatever the transcript lets go. */
export function PinnedMark({ seq }: { readonly seq: number }): JSX.Element | null {
  if (!useStore().finder.pins.value.has(seq)) return null;
  return (
    <span class="mark pinned">
      <Icon name="pin" />
      {t("entry.pinned")}
    </span>
  );
}
