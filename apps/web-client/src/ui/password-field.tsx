import type { JSX, RefObject } from "preact";
import { useId, useState } from "preact/hooks";
import { t } from "../words/language.ts";

interface PasswordFieldProps {
  readonly label: string;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly describedBy?: string | undefined;
  readonly invalid?: boolean;
  /** Default a password. */
  readonly kind?: "password" | "token";
}

/** The password stands in the field alone: no state of the page ever holds it. */
export function PasswordField(props: PasswordFieldProps): JSX.Element {
  const { label, field, describedBy, invalid = false, kind = "password" } = props;
  const id = useId();
  const [shown, setShown] = useState(false);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="with-button">
        <input
          id={id}
          ref={field}
          {...(shown ? { type: "text" } : { type: "password" })}
          autocomplete={kind === "token" ? "off" : "current-password"}
          spellcheck={false}
          required
          aria-invalid={invalid}
          aria-describedby={describedBy}
        />
        <button
          type="button"
          class="button small"
          aria-pressed={shown}
          aria-label={t(kind === "token" ? "login.showToken.label" : "login.showPassword.label")}
          onClick={() => setShown(!shown)}
        >
          {t(shown ? "login.hidePassword" : "login.showPassword")}
        </button>
      </div>
    </div>
  );
}
