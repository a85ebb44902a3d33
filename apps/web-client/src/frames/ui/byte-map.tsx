import type { JSX, TargetedKeyboardEvent } from "preact";
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { FrameRecord } from "@wsecho/wire";
import { formatBytes, formatCount } from "../../text/format.ts";
import { fieldWords } from "../describe.ts";
import { ascii, bitsOf, fieldsAt, frameBytes, hex, type FrameBytes } from "../fields.ts";
import { placeAfter } from "../keys.ts";
import { ft } from "../words.ts";

/** Narrow enough for a 320 px screen. */
const perLine = 8;
/** Bytes that are shown at first, and so many more each time. */
const step = 256;
/** More than this nobody reads here. */
const most = 4096;

/** What is pointed at, by mouse or keyboard. */
type Pointed =
  { readonly kind: "byte"; readonly at: number } | { readonly kind: "field"; readonly at: number };

/** A frame's bytes beside its fields; to point at one shows the other. */
export function ByteMap({ frame }: { readonly frame: FrameRecord }): JSX.Element {
  const parts = useMemo(() => frameBytes(frame), [frame]);
  const pointed = useSignal<Pointed | null>(null);
  const shown = useSignal(step);
  const { bytes, fields } = parts;
  const lit = litBy(pointed.value, parts);
  const point = (next: Pointed | null): void => {
    pointed.value = next;
  };
  const rest = bytes.length - shown.value;
  return (
    <div class="byte-map">
      <section class="inspector-part" aria-label={ft("bytes.title")}>
        <h4>{ft("bytes.title")}</h4>
        <ByteGrid frame={frame} parts={parts} shown={shown.value} lit={lit} onPoint={point} />
        {rest > 0 && shown.value < most && (
          <button
            type="button"
            class="button small"
            onClick={() => {
              shown.value = Math.min(most, shown.value * 4);
            }}
          >
            {ft("bytes.more", { count: formatCount(Math.min(rest, shown.value * 3)) })}
          </button>
        )}
        {rest > 0 && shown.value >= most && (
          <p class="hint">{ft("bytes.rest", { size: formatBytes(rest) })}</p>
        )}
        {frame.cut !== undefined && (
          <p class="hint">{ft("bytes.cut", { size: formatBytes(frame.cut) })}</p>
        )}
      </section>
      <section class="inspector-part" aria-label={ft("field.title")}>
        <h4>{ft("field.title")}</h4>
        <ul class="field-list" onMouseLeave={() => point(null)}>
          {fields.map((field, at) => (
            <li key={field.name}>
              <button
                type="button"
                class={`field-row${lit.fields.has(at) ? " lit" : ""}`}
                data-field={field.name}
                tabIndex={at === 0 ? 0 : -1}
                onMouseEnter={() => point({ kind: "field", at })}
                onFocus={() => point({ kind: "field", at })}
                onBlur={() => point(null)}
                onKeyDown={(event) => moveFocus(event, { at, count: fields.length, columns: 1 })}
              >
                <span class="field-bits">{bitsOf(field, bytes)}</span>
                <span class="field-name">{ft(`field.${field.name}`)}</span>
                <span class="field-says" dir="auto">
                  {fieldWords(field, frame, ft)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

interface Lit {
  readonly fields: ReadonlySet<number>;
  readonly bytes: (at: number) => boolean;
}

/** What belongs to what is pointed at. */
function litBy(pointed: Pointed | null, { fields }: FrameBytes): Lit {
  if (pointed === null) return { fields: new Set(), bytes: () => false };
  if (pointed.kind === "field") {
    const { start = 0, end = 0 } = fields[pointed.at] ?? {};
    return { fields: new Set([pointed.at]), bytes: (at) => at >= start && at < end };
  }
  return { fields: new Set(fieldsAt(fields, pointed.at)), bytes: (at) => at === pointed.at };
}

interface ByteGridProps {
  readonly frame: FrameRecord;
  readonly parts: FrameBytes;
  readonly shown: number;
  readonly lit: Lit;
  readonly onPoint: (pointed: Pointed | null) => void;
}

function ByteGrid({ frame, parts, shown, lit, onPoint }: ByteGridProps): JSX.Element {
  const { fields, payloadAt } = parts;
  const bytes = parts.bytes.subarray(0, shown);
  const cursor = useSignal(0);
  const says = useSignal("");
  const lines = Array.from({ length: Math.ceil(bytes.length / perLine) }, (_, line) =>
    Array.from(bytes.subarray(line * perLine, (line + 1) * perLine), (byte, i) => ({
      at: line * perLine + i,
      byte,
    })),
  );
  const partOf = (at: number): string =>
    at < frame.hdr.length ? "of-header" : at < payloadAt ? "of-key" : "of-payload";
  const label = (at: number, byte: number): string =>
    ft("bytes.byte", {
      at: formatCount(at),
      hex: hex(byte),
      fields: fieldsAt(fields, at)
        .map((i) => fields[i])
        .map((field) =>
          field === undefined ? "" : `${ft(`field.${field.name}`)} ${fieldWords(field, frame, ft)}`,
        )
        .join(", "),
    }) + sumOf(parts, at, frame);
  const point = (at: number): void => {
    onPoint({ kind: "byte", at });
    says.value = label(at, bytes[at] ?? 0);
  };
  const leave = (): void => {
    onPoint(null);
    says.value = "";
  };
  return (
    <>
      <div
        class="byte-grid"
        role="grid"
        aria-label={`${ft("bytes.title")}. ${ft("bytes.hint")}`}
        translate={false}
        onMouseLeave={leave}
        onMouseOver={({ target }) => {
          const at = offsetOf(target);
          if (at !== undefined) point(at);
        }}
        onFocusIn={({ target }) => {
          const at = offsetOf(target);
          if (at === undefined) return;
          cursor.value = at;
          point(at);
        }}
        onFocusOut={leave}
        onKeyDown={(event) =>
          moveFocus(event, { at: cursor.value, count: bytes.length, columns: perLine })
        }
      >
        {lines.map((line, i) => (
          <div key={i} class="byte-line" role="row">
            <span class="byte-offset" role="rowheader">
              {(i * perLine).toString(16).padStart(4, "0")}
            </span>
            {line.map(({ at, byte }) => (
              <span
                key={at}
                class={`byte ${partOf(at)}${lit.bytes(at) ? " lit" : ""}`}
                role="gridcell"
                data-at={at}
                tabIndex={at === cursor.value ? 0 : -1}
                aria-label={label(at, byte)}
              >
                {hex(byte)}
              </span>
            ))}
            <span class="byte-ascii" aria-hidden="true">
              {line.map(({ at, byte }) => (
                <span key={at} data-at={at} class={lit.bytes(at) ? "lit" : ""}>
                  {ascii(byte)}
                </span>
              ))}
            </span>
          </div>
        ))}
      </div>
      <p class="byte-says hint" aria-hidden="true">
        {says.value === "" ? ft("bytes.point") : says.value}
      </p>
    </>
  );
}

/** What unmasking makes of a byte of the payload. */
function sumOf({ bytes, payloadAt, plain }: FrameBytes, at: number, frame: FrameRecord): string {
  const byte = plain[at - payloadAt];
  if (frame.key === null || byte === undefined || at < payloadAt) return "";
  const sum = ft("bytes.sum", {
    wire: hex(bytes[at] ?? 0),
    key: hex(frame.key[(at - payloadAt) % 4] ?? 0),
    plain: hex(byte),
  });
  return ` · ${sum}${byte >= 32 && byte < 127 ? ` “${ascii(byte)}”` : ""}`;
}

function offsetOf(target: EventTarget | null): number | undefined {
  const at = target instanceof HTMLElement ? target.dataset["at"] : undefined;
  return at === undefined ? undefined : Number(at);
}

/** Moves the keyboard among the cells of a grid or list, of which the Tab key reaches one. */
function moveFocus(
  event: TargetedKeyboardEvent<HTMLElement>,
  place: { readonly at: number; readonly count: number; readonly columns: number },
): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const next = placeAfter(event.key, { ...place, page: 8 * place.columns });
  if (next === undefined) return;
  event.preventDefault();
  const holder = event.currentTarget.closest(".field-list") ?? event.currentTarget;
  holder.querySelectorAll<HTMLElement>("[role=gridcell], .field-row").item(next).focus();
}
