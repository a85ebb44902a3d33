import type { JSX } from "preact";
import { useSignal, type ReadonlySignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { FramesEntry } from "../frames/entry.ts";
import type { Announcer } from "../store/announcer.ts";
import { singleKeys } from "../store/preferences.ts";
import { t } from "../words/language.ts";
import { FramesPane } from "./frames-pane.tsx";
import { Header } from "./header.tsx";
import { LoginView } from "./login-view.tsx";
import { FramesEntryContext, SayContext, useSessions, useStore } from "./context.ts";
import { parts } from "./parts.ts";
import { panelOf } from "./tab-ids.ts";
import { isTyping } from "./typing.ts";

interface AppProps {
  readonly announcer: Announcer;
  readonly frames: FramesEntry;
}

export function App({ announcer, frames }: AppProps): JSX.Element {
  const { list } = useSessions();
  const { id, screen } = useStore();
  const several = list.value.length > 1;
  /** From then on it stays: what it watches goes on while it is not shown. */
  const opened = useRef(false);
  opened.current ||= frames.shown.value;
  const helping = useSignal(false);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== "?" || !singleKeys.value || isTyping(event)) return;
      event.preventDefault();
      helping.value = true;
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
  return (
    <SayContext.Provider value={announcer.say}>
      <FramesEntryContext.Provider value={frames}>
        <Header
          frames={frames}
          onHelp={() => {
            helping.value = true;
          }}
        />
        {several && <parts.tabs.View />}
        <main class={frames.shown.value && !frames.only ? "with-frames" : ""}>
          {!frames.only && (
            <div class="main-pane" key={id} {...(several ? panelOf(id) : {})}>
              {screen.value === "login" ? (
                <LoginView />
              ) : (
                <parts.session.View dragging={frames.dragging} />
              )}
            </div>
          )}
          {opened.current && <FramesPane entry={frames} />}
        </main>
        {helping.value && (
          <parts.help.View
            onClose={() => {
              helping.value = false;
            }}
          />
        )}
        {frames.dragging.value === "page" && <p class="drop-hint">{t("frames.drop")}</p>}
        <Spoken words={announcer.text} />
      </FramesEntryContext.Provider>
    </SayContext.Provider>
  );
}

/** For screen readers. Drawn by itself, as touching a live region again may say it again. */
function Spoken({ words }: { readonly words: ReadonlySignal<string> }): JSX.Element {
  return (
    <p class="visually-hidden" role="status">
      {words.value}
    </p>
  );
}
