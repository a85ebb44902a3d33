import { describeFrame, opcodes, renderFrame, safeText, type WireRecord } from "@wsecho/wire";

/** How records are shown. */
export interface RowOptions {
  /** Each frame bit by bit. */
  readonly bytes: boolean;
  /** Each ping and pong on a line of its own. */
  readonly heartbeats: boolean;
}

/** Turns records into lines for a person; what a peer sent cannot act in them. */
export interface Rows {
  readonly push: (record: WireRecord) => readonly string[];
  /** The heartbeats that were not yet counted. */
  readonly end: () => readonly string[];
}

const previewLength = 48;
const arrows = { c2s: "c ▶ s", s2c: "c ◀ s" } as const;

export function createRows({ bytes, heartbeats }: RowOptions): Rows {
  let conn: number | undefined;
  let folded = 0;

  const unfold = (): readonly string[] => {
    const count = folded;
    folded = 0;
    return count === 0
      ? []
      : [
          `      ·        ${count} ${count === 1 ? "heartbeat" : "heartbeats"} (--heartbeats shows them)`,
        ];
  };

  const row = (record: WireRecord): readonly string[] => {
    switch (record.k) {
      case "handshake":
        return [handshake(record), ...lintOf(record)];
      case "frame": {
        const { n, us, dir, fin, op, len, msg, part, key } = record;
        const name = (opcodes[op] ?? `op ${op}`)
          .toUpperCase()
          .replace("CONTINUATION", "CONT")
          .padEnd(6);
        const about = [
          msg === undefined
            ? ""
            : `msg ${msg}${fin === 1 && part === 0 ? "" : ` part ${(part ?? 0) + 1}`}`,
          (record.rsv & 4) === 0 ? "" : "compressed",
          key === null ? "" : "masked",
          record.cut === undefined ? "" : `${record.cut} bytes not here`,
          record.redacted === undefined
            ? ""
            : record.redacted === "masked"
              ? "secret hidden"
              : "secret hidden, re-encoded",
          record.edited === null ? "" : "edited on its way",
        ].filter((text) => text !== "");
        const line = `${String(n).padStart(5)} ${seconds(us)}  ${arrows[dir]}  ${fin}  ${name} ${String(len).padStart(7)}  ${preview(record).padEnd(24)}  ${about.join(", ")}`;
        const lint = bytes ? [] : lintOf(record);
        return [
          line.trimEnd(),
          ...lint,
          ...(bytes ? ["", ...renderFrame(describeFrame(record)), ""] : []),
        ];
      }
      case "message": {
        // A message of one plain frame was seen already.
        if (!record.compressed && record.parts === 1) return lintOf(record);
        const inflated = record.compressed
          ? `, ${record.wire} on the wire${record.ratio === undefined ? "" : `, ratio ${record.ratio}`}`
          : "";
        const parts =
          record.parts === 0
            ? ""
            : ` in ${record.parts} ${record.parts === 1 ? "frame" : "frames"}`;
        const text = preview(record);
        return [
          `    = ${seconds(record.us)}  ${arrows[record.dir]}  message ${record.msg}${parts}: ${record.len} bytes${inflated}${record.incomplete ? ", incomplete" : ""}  ${text}`.trimEnd(),
          ...lintOf(record),
        ];
      }
      case "close": {
        const how =
          record.by === "frame" ? `close ${record.code}` : "ended without a close frame (1006)";
        const reason = record.reason === "" ? "" : ` "${safeText(record.reason)}"`;
        return [`    ✕ ${seconds(record.us)}  ${arrows[record.dir]}  ${how}${reason}`];
      }
      case "note": {
        const count = record.count === undefined ? "" : ` (${record.count})`;
        const way = record.dir === undefined ? "" : ` ${arrows[record.dir]}`;
        return [`    ! ${seconds(record.us)} ${way}  ${safeText(record.says)}${count}`];
      }
    }
  };

  return {
    push(record) {
      if (record.k === "note" && record.code === "capture") return [];
      const beats =
        record.k === "frame" && (record.op === 9 || record.op === 10) && record.lint.length === 0;
      if (beats && !heartbeats && !bytes) {
        folded += 1;
        return [];
      }
      const rows = row(record);
      if (rows.length === 0) return [];
      const title =
        record.conn === conn || record.conn === 0
          ? []
          : [
              `── connection ${record.conn}, seen at ${record.at === "capture" ? "the wire" : `the ${record.at}`}`,
            ];
      if (record.conn !== 0) conn = record.conn;
      return [...unfold(), ...title, ...rows];
    },
    end: unfold,
  };
}

const seconds = (us: number): string => (us / 1_000_000).toFixed(3).padStart(8);

function handshake(record: Extract<WireRecord, { readonly k: "handshake" }>): string {
  const start = `      ${seconds(record.us)}  ${arrows[record.dir]}  `;
  if (record.dir === "c2s")
    return `${start}${safeText(`${record.method ?? ""} ${record.target ?? ""}`)}`;
  const [line = ""] = record.head.split(/\r?\n/);
  if (record.status !== 101) return `${start}${safeText(line)}`;
  const sub = record.subprotocol ?? null;
  const deflate = record.deflate === undefined || record.deflate === null ? "off" : "on";
  return `${start}${safeText(line)}  subprotocol ${sub === null ? "none" : safeText(sub)}, deflate ${deflate}`;
}

function preview(record: WireRecord): string {
  if (record.k !== "frame" && record.k !== "message") return "";
  const data = record.k === "frame" ? undefined : record.data;
  if (record.text === undefined) {
    const hex = Buffer.from(data?.subarray(0, 16) ?? []).toString("hex");
    return hex === "" ? "" : `${hex}${(data?.length ?? 0) > 16 ? "…" : ""}`;
  }
  // Cut before it is made harmless: an escape must not be cut in two.
  const characters = Array.from(record.text.slice(0, 2 * previewLength));
  const cut = characters.slice(0, previewLength).join("");
  return safeText(cut) + (cut.length < record.text.length ? "…" : "");
}

function lintOf({
  lint,
}: {
  readonly lint: readonly { readonly level: string; readonly says: string; readonly rfc: string }[];
}): readonly string[] {
  return lint.map(
    ({ level, says, rfc }) => `        ${level}: ${safeText(says)} (${safeText(rfc)})`,
  );
}
