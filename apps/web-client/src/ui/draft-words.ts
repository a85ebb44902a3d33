import type { Payload } from "@wsecho/protocol";
import type { DraftProblem } from "../session/draft.ts";
import { isTooBig, messageBytes } from "../session/payload.ts";
import type { Dialect } from "../session/target.ts";
import { formatCount } from "../text/format.ts";
import { t } from "../words/language.ts";

/** Why a draft cannot be sent. */
export function problemWords(problem: DraftProblem): string {
  switch (problem.kind) {
    case "oddDigits":
      return t("composer.hex.oddDigits");
    case "notHex":
      return t("composer.hex.notHex", { found: problem.found });
    case "notJson":
      return t("composer.json.invalid", { detail: problem.detail });
    case "notBase64":
      return t("composer.base64.invalid");
    case "noFile":
      return t("composer.file.none");
  }
}

/** `null` where the server takes it, or does not say how much it takes. */
export function tooBigWords(
  payload: Payload,
  dialect: Dialect,
  limit: number | null,
): string | null {
  if (limit === null || dialect === "raw" || !isTooBig(payload, dialect, limit)) return null;
  const size = formatCount(messageBytes(payload, dialect));
  return t("composer.tooBig", { size, limit: formatCount(limit) });
}
