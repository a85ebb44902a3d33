import type { JSX } from "preact";
import { safeText, unmask, type FrameRecord, type WireRecord } from "@wsecho/wire";
import { closeLine } from "../../session/stop-words.ts";
import { formatBytes, formatCount, formatSeconds } from "../../text/format.ts";
import { previewLine } from "../../text/preview.ts";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { language, t } from "../../words/language.ts";
import { noteWords, opWords } from "../describe.ts";
import { hex } from "../fields.ts";
import { messageOf } from "../links.ts";
import type { HeartbeatsRow, RecordRow, Row } from "../rows.ts";
import { ft } from "../words.ts";
import { useFrames } from "./context.ts";

interface FrameRowProps {
  readonly id: string;
  readonly row: Row;
  /** The one row that the Tab key leads to. */
  readonly reachable: boolean;
  readonly onChoose: () => void;
}

export function FrameRow({ id, row, reachable, onChoose }: FrameRowProps): JSX.Element {
  const { selected } = useFrames();
  const record = row.kind === "record" ? row.record : null;
  const current = record !== null && selected.value?.seq === row.seq;
  const inside = row.kind === "record" && row.inside ? " inside" : "";
  return (
    <button
      type="button"
      class={`frame-row${inside}`}
      data-row={id}
      data-kind={record?.k ?? row.kind}
      tabIndex={reachable ? 0 : -1}
      {...(current && { "aria-current": "true" as const })}
      {...(row.kind === "heartbeats" && { "aria-expanded": row.open })}
      onClick={onChoose}
    >
      {row.kind === "record" ? <RecordCells row={row} /> : <HeartbeatCells row={row} />}
    </button>
  );
}

function HeartbeatCells({ row: { count, open } }: { readonly row: HeartbeatsRow }): JSX.Element {
  return (
    <>
      <Icon name={open ? "down" : "again"} />
      <span class="row-text">{ft("list.heartbeats", { count: formatCount(count) })}</span>
    </>
  );
}

function RecordCells({ row }: { readonly row: RecordRow }): JSX.Element {
  const { record } = row;
  return (
    <>
      <span class="row-time number">{formatSeconds(record.us)}</span>
      <DirectionMark record={record} />
      <Kind record={record} />
      <Preview row={row} />
      <Marks row={row} />
    </>
  );
}

export function DirectionMark({ record }: { readonly record: WireRecord }): JSX.Element {
  const { dir } = record;
  return (
    <span class={`row-dir ${dir ?? ""}`}>
      {dir !== undefined && (
        <>
          <Icon name={dir === "c2s" ? "up" : "down"} />
          <span class="visually-hidden">{ft(`list.${dir}`)}</span>
        </>
      )}
    </span>
  );
}

function Kind({ record }: { readonly record: WireRecord }): JSX.Element {
  switch (record.k) {
    case "frame":
    case "message":
      return (
        <>
          <span class="row-kind">
            {record.k === "message" && <span class="visually-hidden">{ft("list.message")} </span>}
            {opWords(record.op, ft)}
          </span>
          <span class="row-size number">{formatBytes(record.len)}</span>
        </>
      );
    case "handshake":
      return (
        <span class="row-kind alone">
          {ft(record.dir === "c2s" ? "list.handshake.request" : "list.handshake.answer")}
        </span>
      );
    case "close":
      return <span class="row-kind alone">{ft("list.close")}</span>;
    case "note":
      return <span class="row-kind alone">{ft("list.note")}</span>;
  }
}

/** So many records behind a frame its message is looked for, to show what it says. */
const nearby = 16;

function Preview({ row }: { readonly row: RecordRow }): JSX.Element {
  const { record } = row;
  const { log } = useFrames();
  if (record.k === "note") {
    const { words, english } = noteWords(record, language.value, ft);
    return (
      <span class="row-text">
        {words} {english !== "" && <span lang="en">{english}</span>}
        {record.count !== undefined && ` (${formatCount(record.count)})`}
      </span>
    );
  }
  const message =
    record.k === "frame"
      ? messageOf(log.value.kept, { ...row, record }, nearby)?.record
      : undefined;
  const whole = message?.parts === 1 ? message : record;
  return (
    <span class="row-text" dir="auto" translate={false}>
      {previewOf(whole)}
    </span>
  );
}

const hexPreview = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, 16), hex).join(" ") + (bytes.length > 16 ? " …" : "");

function previewOf(record: WireRecord): string {
  switch (record.k) {
    case "handshake":
      return safeText(record.head.split(/\r?\n/, 1)[0] ?? "");
    case "close":
      return record.by === "transport"
        ? ft("list.close.transport")
        : closeLine({ ...record, reason: safeText(record.reason) }, t);
    case "note":
      return "";
    case "frame":
      return framePreview(record);
    case "message":
      return record.text === undefined
        ? hexPreview(record.data ?? new Uint8Array(0))
        : textPreview(record.text);
  }
}

function framePreview(frame: FrameRecord): string {
  const { op, key, text } = frame;
  const plain = unmask({ key, raw: frame.raw.subarray(0, 128) });
  if (op !== 8) return text === undefined ? hexPreview(plain) : textPreview(text);
  const [high, low] = plain;
  if (high === undefined || low === undefined) return "";
  const reason = safeText(new TextDecoder().decode(plain.subarray(2)));
  return closeLine({ code: high * 256 + low, reason }, t);
}

const textPreview = (text: string): string => safeText(previewLine(text, 160));

function Marks({ row: { record } }: { readonly row: RecordRow }): JSX.Element {
  const several = useFrames().connections.value > 1;
  const lint = "lint" in record ? record.lint.length : 0;
  return (
    <span class="row-marks">
      {lint > 0 && (
        <Mark icon="warning" tone="bad">
          {lint === 1 ? ft("list.lint.one") : ft("list.lint.other", { count: formatCount(lint) })}
        </Mark>
      )}
      {"redacted" in record && <Mark icon="hidden">{ft("list.redacted")}</Mark>}
      {record.k === "frame" && record.edited !== null && (
        <Mark icon="warning">{ft("list.edited")}</Mark>
      )}
      {record.k === "frame" && (record.fin === 0 || record.op === 0) && (
        <Mark>{ft("list.fragment", { part: formatCount((record.part ?? 0) + 1) })}</Mark>
      )}
      {(record.k === "frame" ? (record.rsv & 4) !== 0 && record.op < 8 : compressed(record)) && (
        <Mark>{ft("list.compressed")}</Mark>
      )}
      {record.k === "message" && record.parts > 1 && (
        <Mark>{ft("list.frames.other", { count: formatCount(record.parts) })}</Mark>
      )}
      {record.k === "message" && record.incomplete && <Mark>{ft("list.incomplete")}</Mark>}
      {record.k === "frame" && record.key !== null && <Mark icon="mask">{ft("list.masked")}</Mark>}
      {several && record.conn > 0 && (
        <Mark>{ft("list.connection", { conn: String(record.conn) })}</Mark>
      )}
    </span>
  );
}

const compressed = (record: WireRecord): boolean => record.k === "message" && record.compressed;

interface MarkProps {
  readonly icon?: IconName;
  readonly tone?: "bad";
  readonly children: string;
}

function Mark({ icon, tone, children }: MarkProps): JSX.Element {
  return (
    <span class={`row-mark${tone === undefined ? "" : ` ${tone}`}`}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </span>
  );
}
