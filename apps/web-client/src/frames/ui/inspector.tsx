import type { ComponentChildren, JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import {
  safeText,
  type CloseRecord,
  type FrameRecord,
  type HandshakeRecord,
  type MessageRecord,
  type NoteRecord,
} from "@wsecho/wire";
import { closeKey } from "../../session/close-key.ts";
import { closeLine } from "../../session/stop-words.ts";
import { formatBytes, formatCount } from "../../text/format.ts";
import { Icon } from "../../ui/icons.tsx";
import { Segments } from "../../ui/fields.tsx";
import { language, t } from "../../words/language.ts";
import { noteWords, opWords } from "../describe.ts";
import { sentOn } from "../fields.ts";
import { framesOf, messageOf } from "../links.ts";
import type { Kept } from "../log.ts";
import { ft } from "../words.ts";
import { ByteMap } from "./byte-map.tsx";
import { useFrames } from "./context.ts";
import { DirectionMark } from "./frame-row.tsx";
import { LintList } from "./lint-list.tsx";
import { PayloadText } from "./payload-text.tsx";
import { Walk } from "./walk.tsx";

interface InspectorProps {
  readonly selected: Kept;
  readonly onClose: () => void;
}

/** Everything about one record: from the message down to its bytes, and back. */
export function Inspector({ selected, onClose }: InspectorProps): JSX.Element {
  const { record } = selected;
  const heading = useRef<HTMLHeadingElement>(null);
  // Where the list is covered, and where the keyboard asked: reading goes on here.
  useLayoutEffect(() => {
    const { activeElement, body } = document;
    const covered =
      activeElement instanceof HTMLElement &&
      getComputedStyle(activeElement).visibility === "hidden";
    if (covered || activeElement === null || activeElement === body) heading.current?.focus();
  }, [selected.seq]);
  return (
    <section
      class="inspector"
      aria-label={ft("inspector.title")}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        onClose();
      }}
    >
      <div class="inspector-head">
        <h3 ref={heading} id="frames-inspected" tabIndex={-1}>
          <DirectionMark record={record} /> {titleOf(selected)}
        </h3>
        <button
          type="button"
          class="button small"
          aria-label={ft("inspector.close")}
          onClick={onClose}
        >
          <Icon name="cross" />
        </button>
      </div>
      <div class="inspector-body" tabIndex={0} role="group" aria-labelledby="frames-inspected">
        <Body key={selected.seq} selected={selected} />
      </div>
    </section>
  );
}

function titleOf({ record }: Kept): string {
  switch (record.k) {
    case "frame":
      return `${ft("inspector.frame", { n: record.n })} · ${opWords(record.op, ft)}`;
    case "message":
      return `${ft("inspector.message", { msg: record.msg })} · ${opWords(record.op, ft)}`;
    case "handshake":
      return ft(record.dir === "c2s" ? "list.handshake.request" : "list.handshake.answer");
    case "close":
      return ft("list.close");
    case "note":
      return ft("list.note");
  }
}

function Body({ selected }: { readonly selected: Kept }): JSX.Element {
  const { record } = selected;
  switch (record.k) {
    case "frame":
      return <FrameBody selected={{ ...selected, record }} />;
    case "message":
      return <MessageBody selected={{ ...selected, record }} />;
    case "handshake":
      return <HandshakeBody record={record} />;
    case "close":
      return <CloseBody record={record} />;
    case "note":
      return <NoteBody record={record} />;
  }
}

function Link({ to, children }: { readonly to: Kept; readonly children: ComponentChildren }) {
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

function FrameBody({ selected }: { readonly selected: Kept & { readonly record: FrameRecord } }) {
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
              ? ft("inspector.message", { msg })
              : ft("inspector.partOf", { part: part + 1, msg })}
          </Link>
        )}
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
      {(rsv & 4) !== 0 && op < 8 && <p class="hint">{ft("walk.compressed")}</p>}
      {text !== undefined && <PayloadText title={ft("inspector.text")} text={text} bytes={len} />}
    </>
  );
}

function MessageBody({
  selected,
}: {
  readonly selected: Kept & { readonly record: MessageRecord };
}) {
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
      </p>
      <LintList lint={record.lint} />
      <section class="inspector-part" aria-label={ft("inspector.frames")}>
        <h4>{ft("inspector.frames")}</h4>
        {parts.length === 0 ? (
          <p class="hint">{ft("inspector.frames.none")}</p>
        ) : (
          <p class="inspector-facts">
            {parts.map((part) => (
              <Link key={part.seq} to={part}>
                {ft("inspector.frame", { n: part.record.n })}
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

function HandshakeBody({ record }: { readonly record: HandshakeRecord }): JSX.Element {
  const { head, status, accepted, deflate, subprotocol } = record;
  return (
    <>
      <p class="inspector-facts">
        <Stamp record={record} />
        {status === 101 && (
          <>
            <span>{ft(accepted ? "inspector.accepted" : "inspector.notAccepted")}</span>
            <span>
              {ft("inspector.subprotocol")}: {safeText(subprotocol ?? ft("inspector.none"))}
            </span>
            <span>
              {ft("inspector.deflate")}:{" "}
              {ft(deflate ? "inspector.deflate.on" : "inspector.deflate.off")}
            </span>
          </>
        )}
      </p>
      <LintList lint={record.lint} />
      <PayloadText title={ft("inspector.head")} text={head.trimEnd()} bytes={head.length} />
    </>
  );
}

function CloseBody({ record }: { readonly record: CloseRecord }): JSX.Element {
  const reason = safeText(record.reason);
  return (
    <>
      <p class="inspector-facts">
        <Stamp record={record} />
        <span>{closeLine({ ...record, reason }, t)}</span>
      </p>
      <p>{t(`close.${closeKey(record.code, record.reason)}.meaning`)}</p>
      <LintList lint={record.lint} />
    </>
  );
}

function NoteBody({ record }: { readonly record: NoteRecord }): JSX.Element {
  const { words, english } = noteWords(record, language.value, ft);
  return (
    <>
      <p class="inspector-facts">
        <Stamp record={record} />
        {record.count !== undefined && (
          <span class="number">
            {ft("inspector.count")}: {formatCount(record.count)}
          </span>
        )}
      </p>
      <p>{words}</p>
      {english !== "" && <p lang="en">{safeText(english)}</p>}
    </>
  );
}

function Stamp({ record: { t: time } }: { readonly record: { readonly t: number } }): JSX.Element {
  const date = new Date(time / 1000);
  return <time dateTime={date.toISOString()}>{date.toISOString().replace("T", " ")}</time>;
}
