import type { SessionEvent } from "@wsecho/client";
import { closes } from "@wsecho/protocol";
import { describeClose } from "./explain.ts";
import type { Output } from "./output.ts";
import { describeMissing, type Tally } from "./tally.ts";

export interface NarratorOptions {
  readonly output: Output;
  /** The URL as it may be shown. */
  readonly url: string;
  readonly tally: () => Tally;
  /** Said once, after the first login; empty for nothing. */
  readonly hint: string;
  /** Whether there is no session, just messages. */
  readonly bare: () => boolean;
}

/** Tells a person what goes on in a session. What ends it is told at the end instead. */
export function createNarrator(options: NarratorOptions): (event: SessionEvent) => void {
  const { output, url, tally, hint, bare } = options;
  let established = false;
  let closed: { readonly code: number; readonly reason: string } | null = null;
  let toldMissing = "";

  return (event) => {
    switch (event.type) {
      case "status": {
        const { status } = event;
        if (status.kind === "ready") {
          const who = status.user === undefined ? "" : ` as ${status.user}`;
          const again = established ? "Connected again" : "Connected";
          const dialect = bare() ? "" : ` (${status.dialect})`;
          output.info(`${again} to ${url}${who}${dialect}.${established ? "" : hint}`);
          established = true;
        } else if (status.kind === "waiting") {
          if (closed !== null) output.problem(`${describeClose(closed.code, closed.reason)}.`);
          closed = null;
          const missing = describeMissing(tally()) ?? "";
          if (missing !== toldMissing) output.problem(`So far: ${missing}`);
          toldMissing = missing;
          output.info(`Trying again in ${((status.retryInMs ?? 0) / 1000).toFixed(1)} s.`);
        }
        break;
      }
      case "closed":
        closed = event;
        break;
      case "serverError":
        // What the close that follows says anyway does not have to be said twice.
        if (!isReason(event.code, event.message))
          output.problem(`The server reports ${event.code}: ${event.message}.`);
        break;
      case "settled":
        if (event.outcome.kind === "refused")
          output.problem(
            `The server did not take message ${event.id}: ${event.outcome.message} (${event.outcome.code}).`,
          );
        break;
      case "problem":
        output.problem(forTerminal(event.detail));
        break;
      case "sent":
      case "received":
      case "loginEnds":
        break;
    }
  };
}

function isReason(code: number, message: string): boolean {
  return Object.values(closes).some((close) => close.code === code && close.reason === message);
}

/** The client library speaks of its own options. */
function forTerminal(detail: string): string {
  const text = detail.replace("allowInsecurePassword: true", "--allow-insecure-password");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
}
