import type { JSX } from "preact";
import type { ReadonlySignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { FramesEntry } from "../frames/entry.ts";
import { FramesPane } from "./frames-pane.tsx";
import { Header } from "./header.tsx";
import { LoginView } from "./login-view.tsx";
import { SessionView } from "./session-view.tsx";
import { useStore } from "./context.ts";

interface AppProps {
  readonly spoken: ReadonlySignal<string>;
  readonly frames: FramesEntry;
}

export function App({ spoken, frames }: AppProps): JSX.Element {
  const { screen } = useStore();
  /** From then on it stays: what it watches goes on while it is not shown. */
  const opened = useRef(false);
  opened.current ||= frames.shown.value;
  return (
    <>
      <Header frames={frames} />
      <main class={frames.shown.value && !frames.only ? "with-frames" : ""}>
        {!frames.only && (
          <div class="main-pane">{screen.value === "login" ? <LoginView /> : <SessionView />}</div>
        )}
        {opened.current && <FramesPane entry={frames} />}
      </main>
      <Spoken words={spoken} />
    </>
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
