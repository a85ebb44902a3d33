import type { ComponentChildren, JSX } from "preact";
import { useSignal } from "@preact/signals";
import type { FrameRecord, MessageRecord } from "@wsecho/wire";
import { formatBytes, formatCount } from "../../text/format.ts";
import { Segments } from "../../ui/fields.tsx";
import { agreementOf } from "../agreement.ts";
import { sentOn } from "../fields.ts";
import { framesOf, messageOf } from "../links.ts";
import type { Kept } from "../log.ts";
import { ft } from "../words.ts";
import { ByteMap } from "./byte-map.tsx";
import { useFrames } from "./context.ts";
import { LintList } from "./lint-list.tsx";
import { PayloadText } from "./payload-text.tsx";
import { Stamp } from "./stamp.tsx";
import { Walk } from "./walk.tsx";

/** The way to another record. */
function Link({
  to,
  children,
}: {
  readonly to: Kept;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { selected } = useFrames();
  return (
    <button
      type="button"
      class="button small"
      onClick={() => {
        selected.value = to;
      }}
    >
      {children}
    </button>
  );
}

/** The way back to the transcript, for messages of the page's own session. */
function RowLink({ of }: { readonly of: Kept }): JSX.Element | null {
  const { links, showRow } = useFrames();
  const row = links.rowOf(of);
  if (row === null) return null;
  if (row === "unlisted") return <span class="muted">{ft("inspector.unlisted")}</span>;
  return (
    <button type="button" class="button small" onClick={() => showRow(row.seq)}>
      {ft("inspector.toRow")}
    </button>
  );
}

/** Why a message is not compressed, as far as anybody saw. */
function Uncompressed({ conn }: { readonly conn: number }): JSX.Element {
  const { log, links } = useFrames();
  const agreed = agreementOf(log.value.kept, conn, links.handshake);
  const why = agreed === undefined ? "unseen" : agreed === null ? "notAgreed" : "chosen";
  return <p class="hint">{ft(`inspector.uncompressed.${why}`)}</p>;
}

/** A frame: its message, its bytes and fields, and what unmasking makes of them. */
export function FrameBody({
  selected,
}: {
  readonly selected: Kept & { readonly record: FrameRecord };
}): JSX.Element {
  const { record: received } = selected;
  const { kept } = useFrames().log.value;
  const edited = sentOn(received);
  const version = useSignal<"received" | "sentOn">("received");
  const frame = version.value === "sentOn" && edited !== null ? edited : received;
  const message = messageOf(kept, selected);
  const { n, off, msg, part = 0, hdr, key, len, text, op, rsv } = frame;
  const size = hdr.length + (key?.length ?? 0) + len;
  return (
    <>
      <p class="inspector-facts">
        <span class="number">{ft("inspector.size", { size: formatBytes(size) })}</span>
        <span class="number">{ft("inspector.offset", { off: formatCount(off) })}</span>
        <Stamp record={frame} />
        {message !== undefined && msg !== undefined && (
          <Link to={message}>
            {message.record.parts === 1
              ? ft("inspector.message", { msg: String(msg) })
              : ft("inspector.partOf", { part: formatCount(part + 1), msg: String(msg) })}
          </Link>
        )}
        {op < 8 && <RowLink of={selected} />}
      </p>
      {edited !== null && (
        <Segments
          legend={ft("inspector.version")}
          options={[
            { value: "received", label: ft("inspector.received") },
            { value: "sentOn", label: ft("inspector.sentOn") },
          ]}
          value={version.value}
          onChange={(value) => {
            version.value = value;
          }}
        />
      )}
      <LintList lint={frame.lint} />
      <ByteMap key={`${n} ${version.value}`} frame={frame} />
      <Walk key={`${n} ${version.value} walk`} frame={frame} />
      {(rsv & 4) === 0 && (op === 1 || op === 2) && <Uncompressed conn={frame.conn} />}
      {(rsv & 4) !== 0 && op < 8 && <p class="hint">{ft("walk.compressed")}</p>}
      {text !== undefined && <PayloadText title={ft("inspector.text")} text={text} bytes={len} />}
    </>
  );
}

/** A message: what it says, and the frames that it came in. */
export function MessageBody({
  selected,
}: {
  readonly selected: Kept & { readonly record: MessageRecord };
}): JSX.Element {
  const { record } = selected;
  const { compressed, wire, len, text, data } = record;
  const parts = framesOf(useFrames().log.value.kept, selected);
  return (
    <>
      <p class="inspector-facts">
        <span class="number">
          {compressed
            ? ft("inspector.ratio", { wire: formatBytes(wire), len: formatBytes(len) })
            : formatBytes(len)}
        </span>
        <Stamp record={record} />
        {record.incomplete && <span>{ft("list.incomplete")}</span>}
        {"redacted" in record && <span>{ft("list.redacted")}</span>}
        <RowLink of={selected} />
      </p>
      {!compressed && <Uncompressed conn={record.conn} />}
      <LintList lint={record.lint} />
      <section class="inspector-part" aria-label={ft("inspector.frames")}>
        <h4>{ft("inspector.frames")}</h4>
        {parts.length === 0 ? (
          <p class="hint">{ft("inspector.frames.none")}</p>
        ) : (
          <p class="inspector-facts">
            {parts.map((part) => (
              <Link key={part.seq} to={part}>
                {ft("inspector.frame", { n: String(part.record.n) })}
                {` · ${formatBytes(part.record.len)}`}
              </Link>
            ))}
          </p>
        )}
      </section>
      <PayloadText
        title={ft(compressed ? "inspector.text.inflated" : "inspector.text")}
        {...(text === undefined ? { data: data ?? new Uint8Array(0) } : { text })}
        bytes={len}
      />
    </>
  );
}
