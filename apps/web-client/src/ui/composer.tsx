import type { JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import type { DialectName, Payload, Result } from "@wsecho/protocol";
import { success } from "@wsecho/protocol";
import { isTooBig, messageBytes, payloadBytes } from "../session/payload.ts";
import { formatBytes, formatCount } from "../text/format.ts";
import { parseHex, type HexProblem } from "../text/hex.ts";
import type { Draft } from "../store/store.ts";
import { t } from "../words/language.ts";
import { useStore } from "./context.ts";
import { Segments } from "./fields.tsx";
import { useLostFocus } from "./focus.ts";

export function Composer(): JSX.Element {
  const { draft, view, send } = useStore();
  const { mode, text } = draft.value;
  const { status } = view.value;
  const input = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const ready = status?.kind === "ready";
  const payload = payloadOf(draft.value);
  const limit = status?.maxMessageBytes ?? null;
  const problem = payload.ok
    ? tooBig(payload.value, status?.dialect ?? "v1", limit)
    : hexProblem(payload.error);
  const maySend = ready && payload.ok && problem === null;

  // A login leads here, the first one and those after a reconnect.
  useLostFocus(input, ready);

  const submit = (): void => {
    if (!maySend) return;
    send(payload.value);
    draft.value = { mode, text: "" };
    input.current?.focus();
  };
  return (
    <form
      class="composer"
      aria-label={t("composer.title")}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <textarea
        ref={input}
        class={mode === "hex" ? "mono" : ""}
        rows={1}
        spellcheck={false}
        aria-label={t("composer.title")}
        aria-describedby={`${id}-keys ${id}-problem`}
        aria-invalid={problem !== null}
        placeholder={t(`composer.placeholder.${mode}`)}
        value={text}
        onInput={({ currentTarget }) => {
          draft.value = { mode, text: currentTarget.value };
        }}
        onKeyDown={(event) => {
          if (!sends(event)) return;
          event.preventDefault();
          // A slip of the finger sends no empty message; the button does.
          if (text !== "") submit();
        }}
      />
      <button type="submit" class="button primary" aria-disabled={!maySend}>
        {t("composer.send")}
      </button>
      <div class="composer-foot">
        <Segments
          quiet
          legend={t("composer.mode")}
          options={[
            { value: "text", label: t("composer.mode.text") },
            { value: "hex", label: t("composer.mode.hex") },
          ]}
          value={mode}
          onChange={(next) => {
            draft.value = { mode: next, text };
          }}
        />
        <span class="number muted" data-testid="draft-size">
          {payload.ok && formatBytes(payloadBytes(payload.value))}
          {payload.ok && limit !== null && ` / ${formatBytes(limit)}`}
        </span>
        <span class="problem" id={`${id}-problem`} role="status">
          {problem ?? (ready ? "" : t("composer.notReady"))}
        </span>
        <span class="muted keys" id={`${id}-keys`}>
          {t("composer.keys")}
        </span>
      </div>
    </form>
  );
}

/** Enter, alone or with Ctrl or ⌘; but not the Enter that chooses a word in an input method. */
function sends(event: KeyboardEvent): boolean {
  return event.key === "Enter" && !event.shiftKey && !event.altKey && !event.isComposing;
}

function payloadOf({ mode, text }: Draft): Result<Payload, HexProblem> {
  if (mode === "text") return success({ kind: "text", text });
  const data = parseHex(text);
  return data.ok ? success({ kind: "binary", data: data.value }) : data;
}

function hexProblem(problem: HexProblem): string {
  return problem.kind === "oddDigits"
    ? t("composer.hex.oddDigits")
    : t("composer.hex.notHex", { found: problem.found });
}

function tooBig(payload: Payload, dialect: DialectName, limit: number | null): string | null {
  if (limit === null || !isTooBig(payload, dialect, limit)) return null;
  const size = formatCount(messageBytes(payload, dialect));
  return t("composer.tooBig", { size, limit: formatCount(limit) });
}
