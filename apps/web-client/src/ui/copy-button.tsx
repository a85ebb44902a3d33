import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../words/language.ts";

interface CopyButtonProps {
  /** Called when the button is pressed: the text may be long. */
  readonly text: () => string;
}

/** Browsers give pages on plain `http://`, other than on loopback, no clipboard: then no button. */
export function CopyButton({ text }: CopyButtonProps): JSX.Element | null {
  const [copied, setCopied] = useState(false);
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard === undefined) return null;
  return (
    <button
      type="button"
      class="button small"
      onClick={() =>
        void clipboard.writeText(text()).then(
          () => setCopied(true),
          // Refused by the browser: the text is there to be selected.
          () => undefined,
        )
      }
      onBlur={() => setCopied(false)}
    >
      {copied ? t("copy.copied") : t("copy.copy")}
    </button>
  );
}
