import type { JSX } from "preact";
import { useSignal, type ReadonlySignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { everything, isActive } from "../session/filter.ts";
import { singleKeys } from "../store/preferences.ts";
import { Composer } from "./composer.tsx";
import { useStore } from "./context.ts";
import { Facts, type DialogName } from "./facts.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { parts } from "./parts.ts";
import { memoryOf } from "./session-memory.ts";
import { SessionPanel } from "./session-panel.tsx";
import { TranscriptView } from "./transcript-view.tsx";
import { isTyping } from "./typing.ts";

interface SessionViewProps {
  /** Whether a file is dragged over the page, and there over a part that takes it. */
  readonly dragging: ReadonlySignal<"page" | "part" | null>;
}

export function SessionView({ dragging }: SessionViewProps): JSX.Element {
  const store = useStore();
  const { finder } = store;
  const { filtering } = memoryOf(store);
  const dialog = useSignal<DialogName | null>(null);
  const session = useRef<HTMLDivElement>(null);
  /** A filter that came along takes the keyboard from nobody; one that is opened does. */
  const drawn = useRef(false);

  useEffect(() => {
    // A link may bring one to a session whose bar was closed.
    if (isActive(finder.filter.value)) filtering.value = true;
    requestAnimationFrame(() => {
      drawn.current = true;
    });
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== "/" || !singleKeys.value || isTyping(event)) return;
      event.preventDefault();
      filtering.value = true;
      session.current?.querySelector<HTMLElement>("search input")?.focus();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);

  const leaveFilter = (): void => {
    finder.filter.value = everything;
    filtering.value = false;
    // Another filter is another list: it is there with the next drawing.
    requestAnimationFrame(() =>
      session.current?.querySelector<HTMLElement>(".scroller")?.focus({ preventScroll: true }),
    );
  };
  const close = (): void => {
    dialog.value = null;
  };
  return (
    <div class="session" ref={session}>
      <Facts dialog={dialog} filtering={filtering} />
      {filtering.value && <FilterBar focused={drawn.current} onLeave={leaveFilter} />}
      <TranscriptView />
      <SessionPanel />
      <Composer dragging={dragging.value} />
      {dialog.value === "figures" && <parts.figures.View onClose={close} />}
      {dialog.value === "files" && <parts.files.View onClose={close} />}
      {dialog.value === "snippets" && <parts.snippets.View onClose={close} />}
      {dialog.value === "handshake" && <parts.handshake.View onClose={close} />}
      {dialog.value === "link" && store.target.value !== null && (
        <parts.link.View target={store.target.value} onClose={close} />
      )}
    </div>
  );
}
