import { hexOf } from "../text/hex.ts";
import type { Entry } from "./transcript.ts";

/** What one takes along of an entry, or finds it by: a payload whole, bytes as hexadecimal digits. */
export function plainTextOf(entry: Entry): string {
  switch (entry.kind) {
    case "sent":
    case "received":
      return entry.payload.kind === "text" ? entry.payload.text : hexOf(entry.payload.data);
    case "closed":
      return `${entry.code} ${entry.reason}`;
    case "serverError":
      return `${entry.code} ${entry.message}`;
    case "problem":
      return entry.detail;
    case "loggedIn":
      return entry.user ?? "";
    case "opened":
      return entry.protocol;
    case "imported":
      return entry.name;
  }
}
