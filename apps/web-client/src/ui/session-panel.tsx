import type { ComponentChildren, JSX, RefObject } from "preact";
import { useId, useRef } from "preact/hooks";
import { t } from "../words/language.ts";
import { useStore } from "./context.ts";
import { useCountdown } from "./countdown.ts";
import { useLostFocus } from "./focus.ts";
import { DeniedNotice } from "./denied-notice.tsx";
import { Notice, StopNotice } from "./notice.tsx";
import { PasswordField } from "./password-field.tsx";
import { stopProps } from "./stop-props.ts";
import { useDenied } from "./use-denied.ts";

/** What a person has to know or do before messages can go on; nothing while all is well. */
export function SessionPanel(): JSX.Element | null {
  const { view, question } = useStore();
  const { status } = view.value;
  if (question.value !== null) return <QuestionPanel />;
  if (status?.kind === "waiting") return <WaitingPanel />;
  return status?.kind === "stopped" ? <StoppedPanel /> : null;
}

function StoppedPanel(): JSX.Element | null {
  const { view, target, keepsPassword, reconnect, show } = useStore();
  const stopped = stopProps(view.value, target.value);
  if (stopped === null) return null;
  const change = (
    <button type="button" class="button" onClick={() => show("login")}>
      {t("end.change")}
    </button>
  );
  return (
    <section class="panel">
      <StopNotice {...stopped} />
      {keepsPassword.value ? (
        <div class="actions">
          <button type="button" class="button primary" onClick={() => reconnect(null)}>
            {t("end.reconnect")}
          </button>
          {change}
        </div>
      ) : (
        <PasswordForm submit={t("end.reconnect")} onPassword={reconnect}>
          {change}
        </PasswordForm>
      )}
    </section>
  );
}

/** The connection broke, and the library will open it again by itself. */
function WaitingPanel(): JSX.Element {
  const { view, reconnect, leave } = useStore();
  const { status, statusAt } = view.value;
  const seconds = useCountdown(statusAt + (status?.retryInMs ?? 0));
  return (
    <section class="panel">
      <Notice tone="warn" title={t("end.waiting")} />
      <div class="actions">
        <button type="button" class="button primary" onClick={() => reconnect(null)}>
          {t("end.tryNow")}
        </button>
        <button type="button" class="button" onClick={leave}>
          {t("end.stopTrying")}
        </button>
        <p class="muted number">
          {seconds > 0 ? t("end.waiting.countdown", { seconds }) : t("end.waiting.now")}
        </p>
      </div>
    </section>
  );
}

/** The server asks who we are, and nothing that we kept can answer. */
function QuestionPanel(): JSX.Element {
  const { view, question, authenticate } = useStore();
  const renewal = question.value?.renewal === true;
  const password = useRef<HTMLInputElement>(null);
  const id = useId();
  const denied = useDenied(question.value, view.value.statusAt, password);
  const secondsLeft = denied?.secondsLeft ?? 0;
  const submit = t(renewal ? "end.renew.submit" : "login.submit");
  return (
    <section class="panel">
      {denied === null ? (
        <Notice tone="warn" title={t(renewal ? "end.renew" : "end.again")}>
          <p>{t(renewal ? "end.renew.meaning" : "end.again.meaning")}</p>
        </Notice>
      ) : (
        <DeniedNotice id={id} {...denied} />
      )}
      <PasswordForm
        field={password}
        submit={secondsLeft > 0 ? `${submit} (${secondsLeft} s)` : submit}
        describedBy={denied === null ? undefined : id}
        onPassword={(value) => {
          if (secondsLeft === 0) authenticate(value);
        }}
      />
    </section>
  );
}

interface PasswordFormProps {
  readonly submit: string;
  readonly onPassword: (password: string) => void;
  readonly field?: RefObject<HTMLInputElement | null>;
  readonly describedBy?: string | undefined;
  readonly children?: ComponentChildren;
}

function PasswordForm(props: PasswordFormProps): JSX.Element {
  const { submit, onPassword, describedBy, children } = props;
  const own = useRef<HTMLInputElement>(null);
  const field = props.field ?? own;
  const user = useStore().target.value?.username ?? "";
  useLostFocus(field);
  return (
    <form
      class="password-form"
      onSubmit={(event) => {
        event.preventDefault();
        onPassword(field.current?.value ?? "");
        if (field.current !== null) field.current.value = "";
      }}
    >
      {/* Tells a password manager whose password it is. */}
      <input
        class="visually-hidden"
        type="text"
        autocomplete="username"
        value={user}
        readOnly
        tabIndex={-1}
        aria-hidden="true"
      />
      <PasswordField label={t("end.password", { user })} field={field} describedBy={describedBy} />
      <div class="actions">
        <button type="submit" class="button primary">
          {submit}
        </button>
        {children}
      </div>
    </form>
  );
}
