import { toJson, type WireRecord } from "@wsecho/wire";

/** A record as a line of the native format. */
export function toLine(record: WireRecord): string {
  return `${JSON.stringify(toJson(record))}\n`;
}
