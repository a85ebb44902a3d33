import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useId, useMemo, useRef } from "preact/hooks";
import { payloadOf } from "../session/draft.ts";
import type { Draft } from "../store/types.ts";
import { formatBytes } from "../text/format.ts";
import { t } from "../words/language.ts";
import { ComposerFoot } from "./composer-foot.tsx";
import { useStore } from "./context.ts";
import { problemWords, tooBigWords } from "./draft-words.ts";
import { FileField } from "./file-field.tsx";
import { useLostFocus } from "./focus.ts";
import { parts } from "./parts.ts";

interface ComposerProps {
  /** Whether a file is dragged over the page, and there over this. */
  readonly dragging: "page" | "part" | null;
}

export function Composer({ dragging }: ComposerProps): JSX.Element {
  const { draft, view, send, history, repeater, fileChoice } = useStore();
  const { mode, text } = draft.value;
  const { status } = view.value;
  const input = useRef<HTMLTextAreaElement>(null);
  const sender = useRef<HTMLButtonElement>(null);
  const { file } = fileChoice;
  const repeating = useSignal(false);
  const id = useId();
  const ready = status?.kind === "ready";
  const data = file.value?.data ?? null;
  // Not with each message that comes: a long draft takes its time.
  const payload = useMemo(() => payloadOf(draft.value, data), [draft.value, data]);
  const limit = status?.maxMessageBytes ?? null;
  const tooBig = payload.ok ? tooBigWords(payload.value, status?.dialect ?? "v1", limit) : null;
  // Nothing is wrong yet with what nobody has begun to write.
  const empty = text === "" && mode !== "hex";
  const problem = payload.ok ? tooBig : empty ? null : problemWords(payload.error);
  const maySend = ready && payload.ok && tooBig === null;

  const fileLimit = Math.min(fileChoice.room(), limit ?? Infinity);
  const take = (files: FileList): void => {
    draft.value = { mode: "file", text };
    void fileChoice.choose([...files]);
  };

  // A pasted file takes the place of the text.
  useLostFocus(sender, mode === "file");
  // A login leads here, the first one and those after a reconnect.
  useLostFocus(input, ready);

  const submit = (): void => {
    if (!maySend) return;
    send(payload.value);
    if (mode === "file") return;
    history.add(draft.value);
    draft.value = { mode, text: "" };
    input.current?.focus();
  };
  const recall = (event: KeyboardEvent & { readonly currentTarget: HTMLTextAreaElement }): void => {
    if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
    const found = recalled(event);
    if (found === null) return;
    event.preventDefault();
    draft.value = found;
  };
  const recalled = ({
    key,
    currentTarget: { selectionStart, selectionEnd },
  }: KeyboardEvent & { readonly currentTarget: HTMLTextAreaElement }): Draft | null => {
    const atStart = selectionStart === 0 && selectionEnd === 0;
    if (key === "ArrowUp" && (atStart || history.browsing())) return history.back(draft.value);
    return key === "ArrowDown" && history.browsing() ? history.forward() : null;
  };
  return (
    <>
      <form
        class={`composer${dragging === "part" ? " takes" : ""}`}
        aria-label={t("composer.title")}
        onDragOver={(event) => {
          const { dataTransfer } = event;
          if (!dataTransfer?.types.includes("Files")) return;
          event.preventDefault();
          dataTransfer.dropEffect = "copy";
        }}
        onDrop={(event) => {
          const { dataTransfer } = event;
          if (!dataTransfer?.types.includes("Files")) return;
          event.preventDefault();
          take(dataTransfer.files);
        }}
        onPaste={(event) => {
          const { clipboardData } = event;
          // Where there are words too, as from a table, the words are meant.
          if (!clipboardData?.types.includes("Files") || clipboardData.types.includes("text/plain"))
            return;
          event.preventDefault();
          take(clipboardData.files);
        }}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {dragging !== null && (
          <p class="drop-here">{t("composer.drop", { limit: formatBytes(fileLimit) })}</p>
        )}
        {mode === "file" ? (
          <FileField limit={fileLimit} />
        ) : (
          <textarea
            ref={input}
            class={mode === "text" ? "" : "mono"}
            rows={1}
            spellcheck={false}
            aria-label={t("composer.title")}
            aria-describedby={`${id}-keys ${id}-problem`}
            aria-invalid={problem !== null}
            placeholder={t(`composer.placeholder.${mode}`)}
            value={text}
            onInput={({ currentTarget }) => {
              history.settle();
              draft.value = { mode, text: currentTarget.value };
            }}
            onKeyDown={(event) => {
              recall(event);
              if (!sends(event)) return;
              event.preventDefault();
              // A slip of the finger sends no empty message; the button does.
              if (text !== "") submit();
            }}
          />
        )}
        <button ref={sender} type="submit" class="button primary" aria-disabled={!maySend}>
          {t("composer.send")}
        </button>
        <ComposerFoot
          id={id}
          payload={payload.ok ? payload.value : null}
          problem={problem}
          repeating={repeating}
        />
      </form>
      {/* Not in the form: Enter in one of its fields would send the message. */}
      {repeating.value && (
        <parts.repeat.View
          repeater={repeater}
          send={maySend ? () => sendIfReady(payload.value) : null}
        />
      )}
    </>
  );

  function sendIfReady(what: Parameters<typeof send>[0]): boolean {
    if (view.peek().status?.kind !== "ready") return false;
    send(what);
    return true;
  }
}

/** Enter, alone or with Ctrl or ⌘; but not the Enter that chooses a word in an input method. */
function sends(event: KeyboardEvent): boolean {
  return event.key === "Enter" && !event.shiftKey && !event.altKey && !event.isComposing;
}
