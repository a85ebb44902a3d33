import type { JSX } from "preact";
import { formatCount } from "../text/format.ts";
import { t } from "../words/language.ts";
import { Notice } from "./notice.tsx";

interface DeniedNoticeProps {
  readonly id: string;
  /** `null` in the plain dialect, which does not tell. */
  readonly attemptsLeft: number | null;
  /** What the server asked for; not a countdown, which would be read out every second. */
  readonly secondsToWait: number;
  readonly token?: boolean;
}

/** The server refused the login, and may be asked again. */
export function DeniedNotice(props: DeniedNoticeProps): JSX.Element {
  const { id, attemptsLeft, secondsToWait, token = false } = props;
  const title = t(
    secondsToWait > 0 ? "login.throttled" : token ? "login.refused.token" : "login.refused",
  );
  return (
    <Notice tone="bad" title={title} id={id}>
      {token && secondsToWait === 0 && <p>{t("login.refused.token.meaning")}</p>}
      {attemptsLeft === 1 && <p>{t("login.attemptsLeft.one")}</p>}
      {attemptsLeft !== null && attemptsLeft !== 1 && (
        <p>{t("login.attemptsLeft.other", { count: formatCount(attemptsLeft) })}</p>
      )}
      {secondsToWait > 0 && <p>{t("login.retryIn", { seconds: formatCount(secondsToWait) })}</p>}
    </Notice>
  );
}
