import type { JSX } from "preact";
import type { Signal } from "@preact/signals";
import type { Payload } from "@wsecho/protocol";
import { payloadBytes } from "../session/payload.ts";
import type { DraftMode } from "../store/types.ts";
import { formatBytes } from "../text/format.ts";
import { indentJson } from "../text/json.ts";
import { t } from "../words/language.ts";
import { useStore } from "./context.ts";
import { Segments } from "./fields.tsx";

interface ComposerFootProps {
  readonly id: string;
  /** `null` where the draft is no message yet. */
  readonly payload: Payload | null;
  readonly problem: string | null;
  readonly repeating: Signal<boolean>;
}

const modes: readonly DraftMode[] = ["text", "json", "hex", "base64", "file"];

/** How the draft is read, how many bytes it is, and what is wrong with it. */
export function ComposerFoot({ id, payload, problem, repeating }: ComposerFootProps): JSX.Element {
  const { draft, view } = useStore();
  const { mode, text } = draft.value;
  const { status } = view.value;
  const limit = status?.maxMessageBytes ?? null;
  return (
    <div class="composer-foot">
      <Segments
        quiet
        legend={t("composer.mode")}
        options={modes.map((value) => ({ value, label: t(`composer.mode.${value}`) }))}
        value={mode}
        onChange={(next) => {
          draft.value = { mode: next, text };
        }}
      />
      <span class="number muted" data-testid="draft-size">
        {payload !== null && formatBytes(payloadBytes(payload))}
        {payload !== null && limit !== null && ` / ${formatBytes(limit)}`}
      </span>
      {mode === "json" && payload !== null && (
        <button type="button" class="button small" onClick={tidy}>
          {t("composer.json.tidy")}
        </button>
      )}
      <button
        type="button"
        class="button small"
        aria-expanded={repeating.value}
        onClick={() => {
          repeating.value = !repeating.value;
        }}
      >
        {t("repeat.open")}
      </button>
      <span class="problem" id={`${id}-problem`} role="status">
        {problem ?? (status?.kind === "ready" ? "" : t("composer.notReady"))}
      </span>
      <span class="muted keys" id={`${id}-keys`}>
        {t("composer.keys")}
      </span>
    </div>
  );

  function tidy(): void {
    draft.value = { mode, text: indentJson(text) };
  }
}
