import type { JSX } from "preact";
import { maxSessions } from "../store/sessions.ts";
import { formatCount } from "../text/format.ts";
import { t } from "../words/language.ts";
import { useSessions } from "./context.ts";
import { Icon } from "./icons.tsx";

/** Begins a session beside those that there are. */
export function NewSession(): JSX.Element {
  const { list, open } = useSessions();
  const full = list.value.length >= maxSessions;
  return (
    <button
      type="button"
      class="button medium icon-only"
      aria-label={t("tabs.new")}
      title={full ? t("tabs.full", { count: formatCount(maxSessions) }) : t("tabs.new")}
      aria-disabled={full}
      onClick={open}
    >
      <Icon name="plus" />
    </button>
  );
}
