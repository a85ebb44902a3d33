import type { JSX } from "preact";
import { useSignal, type Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Repeater } from "../store/repeater.ts";
import { formatCount } from "../text/format.ts";
import { t } from "../words/language.ts";

interface RepeatPanelProps {
  readonly repeater: Repeater;
  /** Sends the draft as it is now, and says whether it could; `null` where it is no message. */
  readonly send: (() => boolean) | null;
}

/** Sends the draft later, or again and again. */
export function RepeatPanel({ repeater, send }: RepeatPanelProps): JSX.Element {
  const delay = useSignal("0");
  const every = useSignal("1");
  const times = useSignal("10");
  const id = useId();
  const progress = repeater.progress.value;
  const running = progress?.running === true;
  const start = (): void => {
    if (send === null) return;
    const plan = {
      delayMs: Number(delay.value) * 1000,
      everyMs: Number(every.value) * 1000,
      times: Math.max(1, Math.floor(Number(times.value))),
    };
    repeater.start(plan, send);
  };
  const counts = progress && {
    done: formatCount(progress.done),
    times: formatCount(progress.times),
  };
  return (
    <fieldset class="repeat" aria-describedby={`${id}-hint`}>
      <legend>{t("repeat.title")}</legend>
      <NumberField label={t("repeat.delay")} value={delay} min={0} max={86_400} step="any" />
      <NumberField label={t("repeat.every")} value={every} min={0.01} max={86_400} step="any" />
      <NumberField label={t("repeat.times")} value={times} min={1} max={100_000} step="1" />
      {running ? (
        <button type="button" class="button" onClick={repeater.stop}>
          {t("repeat.stop")}
        </button>
      ) : (
        <button type="button" class="button" aria-disabled={send === null} onClick={start}>
          {t("repeat.start")}
        </button>
      )}
      <p class="hint" id={`${id}-hint`}>
        {t("repeat.hint")}
      </p>
      {/* Only its end is read out: it may count a hundred a second. */}
      <div class="number repeat-progress">
        <p>{running && counts && t("repeat.running", counts)}</p>
        <p role="status">{!running && counts && t("repeat.ended", counts)}</p>
      </div>
    </fieldset>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly value: Signal<string>;
  readonly min: number;
  readonly max: number;
  readonly step: string;
}

function NumberField({ label, value, ...bounds }: NumberFieldProps): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        {...bounds}
        value={value.value}
        onChange={({ currentTarget }) => {
          // What is out of bounds goes back to what was there.
          if (currentTarget.checkValidity() && currentTarget.value !== "")
            value.value = currentTarget.value;
          else currentTarget.value = value.value;
        }}
      />
    </div>
  );
}
