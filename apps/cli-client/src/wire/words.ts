import { unmask, type FrameRecord, type HandshakeRecord, type MessageRecord } from "@wsecho/wire";

export const sessionOf = (user: string | undefined, session: string | undefined): string =>
  `${user === undefined ? "nobody logged in yet" : `logged in as ${user}`}, session ${session ?? "unknown"}`;

/** What is to be known of a frame, beside its fields. */
export function notesOf(frame: FrameRecord, rtt: number | undefined): readonly string[] {
  const { msg, part = 0, fin, rsv, redacted, edited } = frame;
  return [
    msg === undefined ? "" : `msg ${msg}${fin === 1 && part === 0 ? "" : ` part ${part + 1}`}`,
    (rsv & 4) === 0 ? "" : "deflated",
    frame.cut === undefined ? "" : `${frame.cut} bytes not here`,
    redacted === undefined ? "" : redacted === "masked" ? "hidden" : "hidden, re-encoded",
    edited === null ? "" : edited.hdr.length === 0 ? "not sent on" : "edited on its way",
    frame.injected === true ? "added by the proxy" : "",
    rtt === undefined ? "" : `rtt ${(rtt / 1000).toFixed(1)} ms`,
  ].filter((text) => text !== "");
}

export function bitsOf({ rsv, key }: FrameRecord): readonly string[] {
  const mask = key === null ? "no mask" : `mask ${Buffer.from(key).toString("hex")}`;
  return [`rsv ${rsv.toString(2).padStart(3, "0")}`, mask];
}

/** A request or an answer in a line. */
export function handshakeOf(record: HandshakeRecord): string {
  if (record.dir === "c2s") return `${record.method ?? ""} ${record.target ?? ""}`;
  const [line = ""] = record.head.split(/\r?\n/);
  if (record.status !== 101) return line;
  const deflate = record.deflate === undefined || record.deflate === null ? "off" : "on";
  // Of our servers' fault lab: nobody shall take an injected fault for a real one.
  const fault = record.headers.find(([name]) => /^wsecho-fault$/i.test(name));
  const faults = fault === undefined ? "" : ` fault=${fault[1]}`;
  return `${line.split(" ").slice(0, 2).join(" ")}  sub=${record.subprotocol ?? "none"} deflate=${deflate}${faults}`;
}

export function sizeOf(record: MessageRecord): string {
  const { parts, len, wire, ratio } = record;
  const frames = parts === 0 ? "" : ` in ${parts} ${parts === 1 ? "frame" : "frames"}`;
  const before = record.compressed ? `, ${wire} on the wire` : "";
  const times = ratio === undefined ? "" : `, ratio ${ratio}`;
  return `${frames}: ${len} bytes${before}${times}${record.incomplete ? ", incomplete" : ""}`;
}

/** A payload for one row: text, bytes in hex, or what a close says. */
export function plainOf(record: FrameRecord | MessageRecord): string {
  if (record.k === "message") return record.text ?? hexOf(record.data);
  if (record.op === 8) {
    const [high = 0, low] = unmask(record);
    return low === undefined ? "" : `${high * 256 + low} ${record.text ?? ""}`.trim();
  }
  if (record.text !== undefined) return record.text;
  return (record.rsv & 4) === 0 ? hexOf(unmask(record)) : "";
}

/** Bytes of payload that are looked at; more would not be shown. */
const previewBytes = 48;

const hexOf = (bytes: Uint8Array = new Uint8Array()): string =>
  Buffer.from(bytes.subarray(0, previewBytes)).toString("hex");
