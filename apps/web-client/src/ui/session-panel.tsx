import type { ComponentChildren, JSX, RefObject } from "preact";
import { useId, useRef } from "preact/hooks";
import { closeLine } from "../session/stop-words.ts";
import { formatCount } from "../text/format.ts";
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
  const { status, established } = view.value;
  if (question.value !== null) return <QuestionPanel />;
  switch (status?.kind) {
    case undefined:
    case "stopped":
      return <StoppedPanel />;
    case "waiting":
      return <WaitingPanel />;
    case "connecting":
    case "greeting":
    case "authenticating":
      // A session that was ready before is coming back by itself: the same panel all the while.
      return established ? <WaitingPanel /> : <ProgressPanel />;
    case "ready":
    case "closing":
      return null;
  }
}

/** A reconnect that a person asked for is under way. */
function ProgressPanel(): JSX.Element {
  const { view, leave } = useStore();
  return (
    <section class="panel">
      <div class="actions">
        <p class="muted">{t(`status.${view.value.status?.kind ?? "connecting"}`)}…</p>
        <button type="button" class="button" onClick={leave}>
          {t("login.cancel")}
        </button>
      </div>
    </section>
  );
}

function StoppedPanel(): JSX.Element {
  const { view, target, keepsPassword, reconnect, show } = useStore();
  const stopped = stopProps(view.value, target.value);
  const change = (
    <button type="button" class="button" onClick={() => show("login")}>
      {t("end.change")}
    </button>
  );
  return (
    <section class="panel">
      {stopped !== null && <StopNotice {...stopped} />}
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
  const { status, statusAt, closed } = view.value;
  const seconds = useCountdown(statusAt + (status?.retryInMs ?? 0));
  return (
    <section class="panel">
      <Notice tone="warn" title={t("end.waiting")}>
        {closed !== null && <p class="notice-code">{closeLine(closed, t)}</p>}
      </Notice>
      <div class="actions">
        <button type="button" class="button primary" onClick={() => reconnect(null)}>
          {t("end.tryNow")}
        </button>
        <button type="button" class="button" onClick={leave}>
          {t("end.stopTrying")}
        </button>
        <p class="muted number">
          {seconds > 0
            ? t("end.waiting.countdown", { seconds: formatCount(seconds) })
            : t("end.waiting.now")}
        </p>
      </div>
    </section>
  );
}

/** The server asks who we are, and nothing that we kept can answer. */
function QuestionPanel(): JSX.Element {
  const { question, tokenRefused, authenticate } = useStore();
  const renewal = question.value?.renewal === true;
  const password = useRef<HTMLInputElement>(null);
  const id = useId();
  const denied = useDenied(question.value, password);
  const secondsLeft = denied?.secondsLeft ?? 0;
  const submit = t(renewal ? "end.renew.submit" : "login.submit");
  return (
    <section class="panel">
      {denied === null ? (
        <Notice tone="warn" title={t(renewal ? "end.renew" : "end.again")}>
          <p>{t(renewal ? "end.renew.meaning" : "end.again.meaning")}</p>
        </Notice>
      ) : (
        <DeniedNotice id={id} {...denied} token={tokenRefused.value} />
      )}
      <PasswordForm
        field={password}
        submit={secondsLeft > 0 ? `${submit} (${formatCount(secondsLeft)} s)` : submit}
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
  const { username: user = "", method = "password" } = useStore().target.value ?? {};
  const token = method === "token" || method === "bearer";
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
      <PasswordField
        label={token ? t("end.token") : t("end.password", { user })}
        kind={token ? "token" : "password"}
        field={field}
        describedBy={describedBy}
      />
      <div class="actions">
        <button type="submit" class="button primary">
          {submit}
        </button>
        {children}
      </div>
    </form>
  );
}
