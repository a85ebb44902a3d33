import { closeLine } from "../session/stop-words.ts";
import type { Stamped } from "../session/view.ts";
import { formatBytes, formatCount } from "../text/format.ts";
import { previewLine } from "../text/preview.ts";
import type { Translate } from "../words/catalogue.ts";
import type { Announcer } from "./announcer.ts";
import type { Payload } from "@wsecho/protocol";

/** Tells a listener what a batch of events brought, as far as the page does not say it by itself. */
export function announce(
  batch: readonly Stamped[],
  announcer: Pick<Announcer, "say" | "count">,
  t: Translate,
): void {
  const several = (count: number): string => t("announce.messages", { count: formatCount(count) });
  for (const { event } of batch) {
    switch (event.type) {
      case "received":
        announcer.count(received(event.payload, t), several);
        break;
      case "settled":
        if (event.outcome.kind === "echoed")
          announcer.count(received(event.outcome.payload, t), several);
        else if (event.outcome.kind === "refused")
          announcer.say(t("entry.refused", { code: String(event.outcome.code) }));
        break;
      case "closed":
        announcer.say(t("announce.closed", { line: closeLine(event, t) }));
        break;
      case "status":
        if (event.status.kind === "ready") announcer.say(loggedIn(event.status.user, t));
        break;
      case "upgraded":
      case "sent":
      case "loginEnds":
      case "unanswered":
        break;
      case "neverSent":
        announcer.say(t("entry.unsent"));
        break;
      case "serverError":
        announcer.say(`${t("entry.serverError", { code: String(event.code) })}: ${event.message}`);
        break;
      case "problem":
        announcer.say(`${t("entry.problem")}: ${event.detail}`);
        break;
    }
  }
}

/** Of a session out of view only that it ended: its tab has the rest, for whoever goes there. */
export function announceElsewhere(
  batch: readonly Stamped[],
  { announcer, name }: { readonly announcer: Announcer; readonly name: string },
  t: Translate,
): void {
  for (const { event } of batch)
    if (event.type === "closed")
      announcer.say(t("announce.closedElsewhere", { name, line: closeLine(event, t) }));
}

function received(payload: Payload, t: Translate): string {
  return payload.kind === "text"
    ? t("announce.received", { text: previewLine(payload.text) })
    : t("announce.receivedBinary", { size: formatBytes(payload.data.byteLength) });
}

function loggedIn(user: string | undefined, t: Translate): string {
  return user === undefined ? t("entry.loggedIn") : t("entry.loggedInAs", { user });
}
