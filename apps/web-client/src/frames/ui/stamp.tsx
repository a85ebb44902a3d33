import type { JSX } from "preact";
import { formatTime } from "@wsecho/wire";

/** When, in UTC as in the files. */
export function Stamp({
  record: { t: time },
}: {
  readonly record: { readonly t: number };
}): JSX.Element {
  const text = formatTime(time);
  return <time dateTime={text}>{text.replace("T", " ")}</time>;
}
