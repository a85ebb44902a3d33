import type { JSX } from "preact";
import type { ReadonlySignal } from "@preact/signals";
import { Header } from "./header.tsx";
import { LoginView } from "./login-view.tsx";
import { SessionView } from "./session-view.tsx";
import { useStore } from "./context.ts";

export function App({ spoken }: { readonly spoken: ReadonlySignal<string> }): JSX.Element {
  const { screen } = useStore();
  return (
    <>
      <Header />
      <main>{screen.value === "login" ? <LoginView /> : <SessionView />}</main>
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
