import type { JSX } from "preact";

/** When, in UTC as in the files. */
export function Stamp({
  record: { t: time },
}: {
  readonly record: { readonly t: number };
}): JSX.Element {
  const date = new Date(time / 1000);
  return <time dateTime={date.toISOString()}>{date.toISOString().replace("T", " ")}</time>;
}
