import type { JSX } from "preact";
import { formatBytes } from "../../text/format.ts";
import { hexOf, hexRowBytes, hexRows } from "../../text/hex.ts";
import { previewText } from "../../text/preview.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { t } from "../../words/language.ts";
import { ft } from "../words.ts";

/** Beyond this, laying it out would hold the page up; UTF-16 units, and lines of bytes. */
const maxShown = 16 * 1024;
const maxRows = 256;

interface PayloadTextProps {
  readonly title: string;
  readonly text?: string;
  readonly data?: Uint8Array;
  /** In all, kept or not. */
  readonly bytes: number;
}

/** What a payload says: as text or hex, never as markup. */
export function PayloadText({ title, text, data, bytes }: PayloadTextProps): JSX.Element {
  const shown = text === undefined ? hexShown(data ?? new Uint8Array(0)) : textShown(text);
  return (
    <section class="inspector-part" aria-label={title}>
      <h4>
        {title}
        {bytes > 0 && <CopyButton text={() => text ?? hexOf(data ?? new Uint8Array(0))} />}
      </h4>
      {bytes === 0 ? (
        <p class="muted">{t("entry.empty")}</p>
      ) : (
        <pre
          class={`payload${text === undefined ? " hex" : ""}`}
          dir={text === undefined ? "ltr" : "auto"}
          translate={false}
          tabIndex={0}
          role="group"
          aria-label={title}
        >
          {shown.text}
        </pre>
      )}
      {shown.cut && <p class="hint">{ft("inspector.text.more", { size: formatBytes(bytes) })}</p>}
    </section>
  );
}

const textShown = (text: string) => previewText(text, { lines: Infinity, length: maxShown });

function hexShown(data: Uint8Array): { readonly text: string; readonly cut: boolean } {
  const lines = hexRows(data, maxRows).map(({ hex, ascii }) => `${hex.padEnd(24)} ${ascii}`);
  return { text: lines.join("\n"), cut: data.length > hexRowBytes(maxRows) };
}
