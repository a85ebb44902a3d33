import type { JSX } from "preact";
import { formatTime } from "../text/format.ts";

export function Time({ at }: { readonly at: number }): JSX.Element {
  return (
    <time class="time" dateTime={new Date(at).toISOString()}>
      {formatTime(at)}
    </time>
  );
}
