import type { JSX } from "preact";
import { useId } from "preact/hooks";

interface NumberFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: number | undefined;
  readonly min: number;
  readonly max: number;
  /** Beside the bounds. */
  readonly isGood?: (value: number) => boolean;
  /** `undefined` where it was emptied. */
  readonly onChange: (value: number | undefined) => void;
}

/** A whole number, or none. What is out of bounds goes back to what was there. */
export function NumberField(props: NumberFieldProps): JSX.Element {
  const { label, hint, value, min, max, isGood = () => true, onChange } = props;
  const id = useId();
  const shown = value === undefined ? "" : String(value);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={min}
        max={max}
        step="1"
        value={shown}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={({ currentTarget }) => {
          const next = currentTarget.value === "" ? undefined : Number(currentTarget.value);
          if (currentTarget.checkValidity() && (next === undefined || isGood(next))) onChange(next);
          else currentTarget.value = shown;
        }}
      />
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface WordFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function WordField({ label, value, onChange }: WordFieldProps): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        autocomplete="off"
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </div>
  );
}
