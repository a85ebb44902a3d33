import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { shownAddress } from "../session/public-address.ts";
import type { Store } from "../store/types.ts";
import { formatCount } from "../text/format.ts";
import { t } from "../words/language.ts";
import { CloseQuestion, isWorthAsking } from "./close-question.tsx";
import { useSessions } from "./context.ts";
import { statusIcons } from "./header.tsx";
import { Icon } from "./icons.tsx";
import { NewSession } from "./new-session.tsx";
import { sessionName } from "../store/session-name.ts";
import { panelId, tabId } from "./tab-ids.ts";
import "../styles/tabs.css";

/** The page's sessions as tabs (WAI-ARIA), one of them in view. */
export function SessionTabs(): JSX.Element {
  const { list, active, show, close } = useSessions();
  const sessions = list.value;
  const inView = active.value;
  const tabs = useRef<HTMLDivElement>(null);
  const asked = useSignal<Store | null>(null);

  useLayoutEffect(() => {
    const tab = tabs.current?.querySelector<HTMLElement>("[aria-selected=true]");
    tab?.scrollIntoView({ block: "nearest", inline: "nearest" });
    // The button that opened it, or the tab that was closed, is no longer there.
    if (document.activeElement === document.body) tab?.focus();
  }, [inView, sessions.length]);

  const moved = (key: string): Store | undefined => {
    const place = sessions.indexOf(inView);
    switch (key) {
      case "ArrowRight":
        return sessions[(place + 1) % sessions.length];
      case "ArrowLeft":
        return sessions.at(place - 1);
      case "Home":
        return sessions[0];
      case "End":
        return sessions.at(-1);
      default:
        return undefined;
    }
  };
  const end = (session: Store): void => {
    if (isWorthAsking(session)) asked.value = session;
    else close(session);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const next = moved(event.key);
    if (next === undefined && event.key !== "Delete") return;
    event.preventDefault();
    if (next === undefined) {
      end(inView);
      return;
    }
    show(next);
    tabs.current?.querySelector<HTMLElement>(`#${tabId(next.id)}`)?.focus();
  };
  const closeLabel = t("tabs.close.label", { name: sessionName(inView, t) });
  return (
    <section class="session-tabs" aria-label={t("tabs.title")}>
      <div ref={tabs} role="tablist" aria-label={t("tabs.title")} onKeyDown={onKeyDown}>
        {sessions.map((session) => (
          <Tab
            key={session.id}
            session={session}
            selected={session === inView}
            onClose={() => end(session)}
          />
        ))}
      </div>
      <button
        type="button"
        class="button medium icon-only"
        aria-label={closeLabel}
        title={closeLabel}
        onClick={() => end(inView)}
      >
        <Icon name="cross" />
      </button>
      <NewSession />
      {asked.value !== null && (
        <CloseQuestion
          session={asked.value}
          onAnswer={(yes) => {
            const session = asked.value;
            asked.value = null;
            if (yes && session !== null) close(session);
          }}
        />
      )}
    </section>
  );
}

interface TabProps {
  readonly session: Store;
  readonly selected: boolean;
  readonly onClose: () => void;
}

function Tab({ session, selected, onClose }: TabProps): JSX.Element {
  const { show, unread } = useSessions();
  const kind = session.view.value.status?.kind;
  const fresh = unread(session);
  return (
    <button
      type="button"
      role="tab"
      id={tabId(session.id)}
      class="session-tab"
      aria-selected={selected}
      aria-controls={selected ? panelId : undefined}
      tabIndex={selected ? 0 : -1}
      title={shownAddress(session.target.value?.url ?? "")}
      onClick={() => show(session)}
      onAuxClick={({ button }) => {
        if (button === 1) onClose();
      }}
    >
      <Icon name={kind === undefined ? "plug" : statusIcons[kind]} />
      <span class="tab-name">{sessionName(session, t)}</span>{" "}
      <span class={`tab-state ${kind ?? "idle"}`}>
        {t(kind === undefined ? "tabs.idle" : `status.${kind}`)}
      </span>
      {fresh > 0 && (
        <span class="tab-unread"> {t("tabs.unread", { count: formatCount(fresh) })}</span>
      )}
    </button>
  );
}
