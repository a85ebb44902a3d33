import type { WireRecord } from "@wsecho/wire";

/** What only keeps a connection alive: pings and pongs, those of the v1 dialect's JSON too. */
export function isHeartbeat(record: WireRecord): boolean {
  if (record.k === "message") return isBeat(record.text);
  if (record.k !== "frame" || record.lint.length > 0) return false;
  return record.op === 9 || record.op === 10 || (record.fin === 1 && isBeat(record.text));
}

function isBeat(text: string | undefined): boolean {
  return text === '{"type":"ping"}' || text === '{"type":"pong"}';
}
