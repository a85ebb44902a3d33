import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Payload } from "@wsecho/protocol";
import { formatBytes } from "../text/format.ts";
import { hexDump, hexOf, hexRowBytes } from "../text/hex.ts";
import { previewText } from "../text/preview.ts";
import { t } from "../words/language.ts";
import { hitsIn } from "../text/hits.ts";
import { useStore } from "./context.ts";
import { CopyButton } from "./copy-button.tsx";

interface PayloadViewProps {
  readonly payload: Payload;
  readonly bytes: number;
  readonly expanded: boolean;
  readonly onToggle: () => void;
}

/** A peer's bytes: shown as text or hex, never as markup. */
export function PayloadView({ payload, ...rest }: PayloadViewProps): JSX.Element {
  return payload.kind === "text" ? (
    <TextView text={payload.text} {...rest} />
  ) : (
    <HexView data={payload.data} {...rest} />
  );
}

/** Beyond this, laying out one text would hold the page up; UTF-16 units. */
const maxShown = 64 * 1024;

type TextViewProps = Omit<PayloadViewProps, "payload"> & { readonly text: string };

function TextView({ text, bytes, expanded, onToggle }: TextViewProps): JSX.Element {
  if (text === "") return <p class="payload muted">{t("entry.empty")}</p>;
  const preview = previewText(text);
  if (!preview.cut)
    return (
      <Block>
        <Marked text={text} />
      </Block>
    );
  const shown = expanded ? previewText(text, { lines: Infinity, length: maxShown }) : preview;
  return (
    <>
      <Block tall={expanded}>
        <Marked text={shown.text} />
      </Block>
      <Foot bytes={bytes} expanded={expanded} onToggle={onToggle}>
        {expanded && shown.cut && (
          <span class="muted">{t("entry.more", { size: formatBytes(bytes) })}</span>
        )}
        {expanded && <CopyButton text={() => text} />}
      </Foot>
    </>
  );
}

/**
 * A text with what the filter's text found marked. A regular expression is not tried anew here, as it
 * may take any time.
 */
function Marked({ text }: { readonly text: string }): JSX.Element {
  const { filter, pattern } = useStore().finder;
  const found = filter.value.regex ? null : pattern.value;
  if (found === null) return <>{text}</>;
  return (
    <>
      {hitsIn(text, found).map((piece, i) =>
        piece.hit ? <mark key={i}>{piece.text}</mark> : piece.text,
      )}
    </>
  );
}

const previewRows = 6;
const maxRows = 512;

type HexViewProps = Omit<PayloadViewProps, "payload"> & { readonly data: Uint8Array };

function HexView({ data, bytes, expanded, onToggle }: HexViewProps): JSX.Element {
  if (bytes === 0) return <p class="payload muted">{t("entry.empty")}</p>;
  return (
    <>
      <Block hex tall={expanded}>
        {hexDump(data, expanded ? maxRows : previewRows)}
      </Block>
      {bytes > hexRowBytes(previewRows) && (
        <Foot bytes={bytes} expanded={expanded} onToggle={onToggle}>
          {expanded && bytes > hexRowBytes(maxRows) && (
            <span class="muted">{t("entry.more", { size: formatBytes(bytes) })}</span>
          )}
          {expanded && <CopyButton text={() => hexOf(data)} />}
        </Foot>
      )}
    </>
  );
}

interface BlockProps {
  readonly hex?: boolean;
  /** It may scroll by itself, so the keyboard must reach it. */
  readonly tall?: boolean;
  readonly children: ComponentChildren;
}

export function Block({ hex = false, tall = false, children }: BlockProps): JSX.Element {
  const block = useRef<HTMLPreElement>(null);
  useLayoutEffect(() => {
    const { current } = block;
    const hit = tall ? current?.querySelector("mark") : null;
    // What was searched for may stand far down in a long message.
    if (current !== null && hit instanceof HTMLElement)
      current.scrollTop = hit.offsetTop - current.offsetTop - current.clientHeight / 2;
  }, [tall]);
  return (
    <pre
      ref={block}
      class={`payload${hex ? " hex" : ""}${tall ? " tall" : ""}`}
      dir={hex ? "ltr" : "auto"}
      translate={false}
      {...(tall ? { tabIndex: 0, role: "group", "aria-label": t("entry.payload") } : {})}
    >
      {children}
    </pre>
  );
}

interface FootProps {
  readonly bytes: number;
  readonly expanded: boolean;
  readonly onToggle: () => void;
  readonly children: ComponentChildren;
}

function Foot({ bytes, expanded, onToggle, children }: FootProps): JSX.Element {
  return (
    <p class="payload-foot">
      <button type="button" class="button small" aria-expanded={expanded} onClick={onToggle}>
        {expanded ? t("entry.showLess") : t("entry.showAll", { size: formatBytes(bytes) })}
      </button>
      {children}
    </p>
  );
}
