import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../words/language.ts";

/** Browsers give pages on plain `http://`, other than on loopback, no clipboard: then no button. */
export function CopyButton({ text }: { readonly text: string }): JSX.Element | null {
  const [copied, setCopied] = useState("");
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard === undefined) return null;
  return (
    <button
      type="button"
      class="button small"
      onClick={() =>
        void clipboard.writeText(text).then(
          () => setCopied(text),
          // Refused by the browser: the text is there to be selected.
          () => undefined,
        )
      }
    >
      {copied === text ? t("copy.copied") : t("copy.copy")}
    </button>
  );
}
