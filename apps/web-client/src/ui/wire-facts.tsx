import type { JSX } from "preact";
import type { FramesEntry } from "../frames/entry.ts";
import type { MessageEntry } from "../session/transcript.ts";
import { formatFine } from "../text/format.ts";
import { t } from "../words/language.ts";
import { useFramesEntry, useStore } from "./context.ts";

/** Shows a message's frames, or the view that they will be in from now on. */
export function showFrames({ links, shown }: FramesEntry, entry: MessageEntry): void {
  shown.value = true;
  links.value?.show(entry);
}

/** What the server saw of a message: the way to its frames, and where its time went. */
export function WireFacts({ entry }: { readonly entry: MessageEntry }): JSX.Element | null {
  const frames = useFramesEntry();
  const { target } = useStore();
  const links = frames.links.value;
  // Of any server, and from a file, there is nobody to ask.
  if (entry.wire === undefined && target.value?.dialect !== "plain") return null;
  const found = links === null && entry.wire !== undefined ? "off" : links?.find(entry);
  const split = links?.split(entry) ?? null;
  return (
    <div class="row-wire">
      {(found === "found" || found === "off") && (
        <button type="button" class="button small" onClick={() => showFrames(frames, entry)}>
          {t(found === "found" ? "wire.show" : "wire.open")}
        </button>
      )}
      {found !== "found" && <span class="muted">{t(`wire.${found ?? "nameless"}`)}</span>}
      {split !== null && (
        <span class="number">
          {t("wire.split", {
            up: formatFine(split.up),
            server: formatFine(split.server),
            down: formatFine(split.down),
            doubt: formatFine(split.uncertainty),
          })}
        </span>
      )}
    </div>
  );
}
