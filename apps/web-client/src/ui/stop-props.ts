import { stopWords, type StopWords } from "../session/stop-words.ts";
import type { SessionView } from "../session/view.ts";
import type { Target } from "../session/target.ts";
import { t } from "../words/language.ts";

export interface StopProps {
  readonly words: StopWords;
  readonly tone: "bad" | "warn" | "calm";
}

/** What to say of a session that stopped; `null` while it goes on. */
export function stopProps(view: SessionView, target: Target | null): StopProps | null {
  const { status, closed, problem } = view;
  if (status?.reason === undefined || status.kind !== "stopped" || target === null) return null;
  const { reason, dialect } = status;
  const calm = reason.kind === "left" || (reason.kind === "closed" && reason.code === 1000);
  return {
    words: stopWords(
      reason,
      { url: target.url, method: target.method, dialect, closed, problem },
      t,
    ),
    tone: calm ? "calm" : reason.kind === "closed" ? "warn" : "bad",
  };
}
