import type { JSX } from "preact";
import {
  safeText,
  type CloseRecord,
  type DeflateSide,
  type Direction,
  type HandshakeRecord,
  type NoteRecord,
} from "@wsecho/wire";
import { closeKey } from "../../session/close-key.ts";
import { closeLine } from "../../session/stop-words.ts";
import { formatBytes, formatCount } from "../../text/format.ts";
import { language, t } from "../../words/language.ts";
import { noteWords } from "../describe.ts";
import { ft } from "../words.ts";
import { LintList } from "./lint-list.tsx";
import { PayloadText } from "./payload-text.tsx";
import { Stamp } from "./stamp.tsx";

export function HandshakeBody({ record }: { readonly record: HandshakeRecord }): JSX.Element {
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
      {deflate && (
        <ul class="inspector-facts">
          {(["c2s", "s2c"] as const).map((dir) => (
            <li key={dir}>{deflateWords(dir, deflate[dir])}</li>
          ))}
        </ul>
      )}
      <LintList lint={record.lint} />
      <PayloadText
        title={ft(record.dir === "c2s" ? "inspector.head.request" : "inspector.head.answer")}
        text={head.trimEnd()}
        bytes={head.length}
      />
    </>
  );
}

/** What one direction is compressed with (RFC 7692 section 7.1). */
function deflateWords(dir: Direction, { windowBits, takeover }: DeflateSide): string {
  return ft("inspector.deflate.side", {
    dir: ft(`list.${dir}`),
    size: formatBytes(2 ** windowBits),
    context: ft(takeover ? "inspector.deflate.kept" : "inspector.deflate.notKept"),
  });
}

export function CloseBody({ record }: { readonly record: CloseRecord }): JSX.Element {
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

export function NoteBody({ record }: { readonly record: NoteRecord }): JSX.Element {
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
