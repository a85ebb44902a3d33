import type { JSX } from "preact";
import { useId } from "preact/hooks";

interface CheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** A choice in one line. */
export function Check({ label, checked, onChange }: CheckProps): JSX.Element {
  const id = useId();
  return (
    <span class="bar-check">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <label for={id}>{label}</label>
    </span>
  );
}
