import type { JSX } from "preact";
import type { FramesEntry } from "../frames/entry.ts";
import type { PageStatus } from "../session/view.ts";
import { t } from "../words/language.ts";
import { Icon, Logo, type IconName } from "./icons.tsx";
import { useSessions, useStore } from "./context.ts";
import { NewSession } from "./new-session.tsx";
import { LanguageSwitch, ThemeSwitch } from "./switches.tsx";

interface HeaderProps {
  readonly frames: FramesEntry;
  readonly onHelp: () => void;
}

export function Header({ frames, onHelp }: HeaderProps): JSX.Element {
  const several = useSessions().list.value.length > 1;
  const { screen, view, stays, leave } = useStore();
  const { status } = view.value;
  const inSession = screen.value === "session" && status !== null;
  return (
    <header class="page-header">
      <h1 class="brand">
        <Logo />
        <span class={inSession ? "brand-name in-session" : "brand-name"}>wsecho</span>
      </h1>
      {inSession && <StatusPill kind={status.kind} />}
      {inSession && !several && <NewSession />}
      <span class="spacer" />
      {!frames.only && <FramesToggle {...frames} />}
      <button
        type="button"
        class="button medium"
        aria-haspopup="dialog"
        aria-label={t("tools.help")}
        title={t("tools.help")}
        onClick={onHelp}
      >
        ?
      </button>
      {/* A narrow screen has them in the dialog only, once there is a session. */}
      <span class={inSession ? "switches in-session" : "switches"}>
        <ThemeSwitch />
        <LanguageSwitch />
      </span>
      {inSession && status.kind !== "stopped" && (
        <button type="button" class="button medium" onClick={leave}>
          {t(stays.value ? "session.logOut" : "session.leave")}
        </button>
      )}
    </header>
  );
}

/** Opens what a browser alone cannot show, beside the page or in its place. */
function FramesToggle({ shown, watching }: FramesEntry): JSX.Element {
  return (
    <button
      type="button"
      class="button medium frames-toggle"
      aria-pressed={shown.value}
      title={t("frames.toggle.hint")}
      onClick={() => {
        shown.value = !shown.value;
      }}
    >
      <Icon name="bytes" />
      <span class="toggle-name">{t("frames.title")}</span>
      {watching.value && (
        <>
          <span class="live-dot" aria-hidden="true" />
          <span class="visually-hidden">{t("frames.watching")}</span>
        </>
      )}
    </button>
  );
}

export const statusIcons: Readonly<Record<PageStatus["kind"], IconName>> = {
  connecting: "clock",
  greeting: "clock",
  authenticating: "clock",
  ready: "check",
  waiting: "again",
  closing: "clock",
  stopped: "cross",
};

function StatusPill({ kind }: { readonly kind: PageStatus["kind"] }): JSX.Element {
  return (
    <span class={`pill ${kind}`} data-status={kind}>
      <Icon name={statusIcons[kind]} />
      {t(`status.${kind}`)}
    </span>
  );
}
