import type { JSX } from "preact";
import { useLayoutEffect, useId, useRef } from "preact/hooks";
import type { Signal } from "@preact/signals";
import { focusUnlessTab } from "./focus.ts";

interface TextFieldProps {
  readonly label: string;
  readonly value: Signal<string>;
  readonly autocomplete: "url" | "username" | "off";
  readonly inputMode?: "url";
  readonly problem?: string | null;
  readonly hint?: string;
  /** Default `true`. */
  readonly required?: boolean;
}

export function TextField(props: TextFieldProps): JSX.Element {
  const {
    label,
    value,
    autocomplete,
    inputMode = "text",
    problem = null,
    hint,
    required = true,
  } = props;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const described = hint === undefined ? undefined : `${id}-hint`;
  const describedBy = problem === null ? described : `${id}-problem`;
  useLayoutEffect(() => {
    if (problem !== null) focusUnlessTab(input.current);
  }, [problem]);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        ref={input}
        type="text"
        inputMode={inputMode}
        autocomplete={autocomplete}
        autocapitalize="none"
        spellcheck={false}
        required={required}
        value={value.value}
        onInput={({ currentTarget }) => {
          value.value = currentTarget.value;
        }}
        aria-invalid={problem !== null}
        aria-describedby={describedBy}
      />
      {hint !== undefined && problem === null && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem !== null && (
        <p class="field-problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

interface CheckFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly checked: Signal<boolean>;
}

export function CheckField({ label, hint, checked }: CheckFieldProps): JSX.Element {
  const onChange = (on: boolean): void => {
    checked.value = on;
  };
  return <Switch label={label} hint={hint} on={checked.value} onChange={onChange} />;
}

interface SwitchProps {
  readonly label: string;
  readonly hint: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}

/** The same, of what is no signal. */
export function Switch({ label, hint, on, onChange }: SwitchProps): JSX.Element {
  const id = useId();
  return (
    <div class="check">
      <input
        id={id}
        type="checkbox"
        checked={on}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
        aria-describedby={`${id}-hint`}
      />
      <div>
        <label for={id}>{label}</label>
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      </div>
    </div>
  );
}

interface SegmentsProps<Value extends string> {
  readonly legend: string;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  /** Whether the legend is only read out. */
  readonly quiet?: boolean;
}

/** One of few, side by side: radio buttons, so that the arrow keys choose. */
export function Segments<Value extends string>(props: SegmentsProps<Value>): JSX.Element {
  const { legend, options, value, onChange, quiet = false } = props;
  const name = useId();
  return (
    <fieldset class="segments">
      <legend class={quiet ? "visually-hidden" : ""}>{legend}</legend>
      <div class="segments-track">
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
