import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { linkOf, maxDraft } from "../session/connection-link.ts";
import { everything, isActive } from "../session/filter.ts";
import { looksSecret } from "../session/public-address.ts";
import type { Target } from "../session/target.ts";
import { dt } from "../words/dialogs.ts";
import { t } from "../words/language.ts";
import { useFramesEntry, useStore } from "./context.ts";
import { CopyButton } from "./copy-button.tsx";
import { Dialog } from "./dialog.tsx";
import { Switch } from "./fields.tsx";

interface LinkDialogProps {
  readonly target: Target;
  readonly onClose: () => void;
}

/** A link to hand on: the connection without its secrets, and of the person's own words what they want. */
export function LinkDialog({ target, onClose }: LinkDialogProps): JSX.Element {
  const { draft, finder } = useStore();
  const { shown } = useFramesEntry();
  const { text } = draft.value;
  // What is pinned is in this page alone.
  const filter = { ...finder.filter.value, pinned: false };
  const withDraft = useSignal(!looksSecret(text));
  const withFilter = useSignal(!looksSecret(filter.text));
  const hasDraft = text !== "" && text.length <= maxDraft && draft.value.mode !== "file";
  const { origin, pathname } = location;
  const link =
    origin +
    pathname +
    linkOf({
      target,
      draft: hasDraft && withDraft.value ? draft.value : { mode: "text", text: "" },
      filter: withFilter.value ? filter : everything,
      frames: shown.value,
    });
  return (
    <Dialog title={t("saved.share.label")} onClose={onClose}>
      <p>{dt("link.meaning")}</p>
      <div class="with-button">
        <input type="text" readOnly aria-label={t("saved.share.label")} value={link} />
        <CopyButton text={() => link} />
      </div>
      {hasDraft && (
        <Switch
          label={dt("link.draft")}
          hint={dt("link.own", { text })}
          on={withDraft.value}
          onChange={(on) => {
            withDraft.value = on;
          }}
        />
      )}
      {isActive(filter) && (
        <Switch
          label={dt("link.filter")}
          hint={filter.text === "" ? "" : dt("link.own", { text: filter.text })}
          on={withFilter.value}
          onChange={(on) => {
            withFilter.value = on;
          }}
        />
      )}
    </Dialog>
  );
}
