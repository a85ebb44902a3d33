import type { FrameRecord, MessageRecord, WireRecord } from "@wsecho/wire";
import type { Kept } from "./log.ts";

/**
 * The message that a frame is a part of: records of messages stand behind their last frame.
 *
 * @param within how many records are looked at
 */
export function messageOf(
  kept: readonly Kept[],
  { seq, record }: Kept & { readonly record: FrameRecord },
  within = Infinity,
): (Kept & { readonly record: MessageRecord }) | undefined {
  if (record.msg === undefined) return undefined;
  const from = seq - (kept[0]?.seq ?? 0) + 1;
  const to = Math.min(kept.length, from + within);
  for (let i = Math.max(0, from); i < to; i++) {
    const found = kept[i];
    if (found?.record.k === "message" && isOf(found.record, record))
      return { ...found, record: found.record };
  }
  return undefined;
}

/** The frames of a message that are still kept, in order. */
export function framesOf(
  kept: readonly Kept[],
  { seq, record }: Kept & { readonly record: MessageRecord },
): readonly (Kept & { readonly record: FrameRecord })[] {
  const found: (Kept & { readonly record: FrameRecord })[] = [];
  for (let i = seq - (kept[0]?.seq ?? 0) - 1; i >= 0 && found.length < record.parts; i--) {
    const entry = kept[i];
    if (entry?.record.k === "frame" && isOf(record, entry.record))
      found.push({ ...entry, record: entry.record });
  }
  return found.reverse();
}

const isOf = (message: MessageRecord, frame: FrameRecord): boolean =>
  message.conn === frame.conn && message.msg === frame.msg && message.dir === frame.dir;

/** The same for the same record after the log was made anew, as when secrets are shown. */
export function keyOf(record: WireRecord): string {
  const { k, conn, t, dir = "" } = record;
  const number = record.k === "frame" ? record.n : record.k === "message" ? record.msg : "";
  return `${k} ${conn} ${t} ${dir} ${number}`;
}
