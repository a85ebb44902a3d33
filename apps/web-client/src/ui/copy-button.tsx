import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../words/language.ts";
import { copyText } from "./copy-text.ts";

interface CopyButtonProps {
  /** Called when the button is pressed: the text may be long. */
  readonly text: () => string;
  /** Default “Copy”. */
  readonly label?: string;
}

/** Browsers give pages on plain `http://`, other than on loopback, no clipboard: then no button. */
export function CopyButton({ text, label }: CopyButtonProps): JSX.Element | null {
  const [copied, setCopied] = useState(false);
  if ((navigator.clipboard as Clipboard | undefined) === undefined) return null;
  return (
    <button
      type="button"
      class="button small"
      // Refused by the browser: the text is there to be selected.
      onClick={() => void copyText(text()).then(setCopied)}
      // Later: what is being clicked beside it must not move under the pointer.
      onBlur={() => setTimeout(() => setCopied(false), 500)}
    >
      {copied ? t("copy.copied") : (label ?? t("copy.copy"))}
    </button>
  );
}
