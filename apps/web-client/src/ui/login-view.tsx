import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useId, useRef } from "preact/hooks";
import { asksForFaults, parseEndpoint, shortAddress } from "../session/endpoint.ts";
import { loginMethods } from "../session/target.ts";
import { formatCount } from "../text/format.ts";
import { t } from "../words/language.ts";
import { ConnectionsCard } from "./connections.tsx";
import { useStore } from "./context.ts";
import { useCountdown } from "./countdown.ts";
import { DeniedNotice } from "./denied-notice.tsx";
import { DialectChoice } from "./dialect-choice.tsx";
import { CheckField, Segments, TextField } from "./fields.tsx";
import { focusUnlessTab, useLostFocus } from "./focus.ts";
import { Notice, StopNotice } from "./notice.tsx";
import { parts } from "./parts.ts";
import { PasswordField } from "./password-field.tsx";
import { stopProps } from "./stop-props.ts";
import { useDenied } from "./use-denied.ts";

export function LoginView(): JSX.Element {
  const store = useStore();
  const linked = store.linkedUrl.value;
  const { form, login, cancel, show } = store;
  const view = store.view.value;
  const question = store.question.value;
  const problem = store.formProblem.value;
  const password = useRef<HTMLInputElement>(null);
  const deniedId = useId();
  const denied = useDenied(question, password);
  const stopped = stopProps(view, store.target.value);
  const { status } = view;
  // Also where the server closed after it: a new connection would be refused as well.
  const owedMs = status?.reason?.kind === "refused" ? status.reason.retryAfterMs : 0;
  const owed = useCountdown(view.statusAt + owedMs);
  const secondsLeft = denied?.secondsLeft ?? (owedMs > 0 ? owed : 0);
  const waited = secondsLeft === 0 && ((denied?.secondsToWait ?? 0) > 0 || owedMs > 0);
  const dialect = form.dialect.value;
  const raw = dialect === "raw";
  const method = dialect === "v1" ? form.method.value : "password";
  const token = method === "token" || method === "bearer";
  const busy = view.status !== null && view.status.kind !== "stopped" && question === null;
  const refused = view.status?.reason?.kind === "refused";

  // Coming back from a session; a page that has just been opened is read from its beginning.
  useLostFocus(password, view.status !== null && view.established);
  useLayoutEffect(() => {
    if (!refused || password.current === null) return;
    password.current.value = "";
    focusUnlessTab(password.current);
  }, [refused]);

  return (
    <div class="login">
      <form
        class="card"
        aria-labelledby="login-title"
        aria-busy={busy}
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy && secondsLeft === 0) login(password.current?.value ?? "");
        }}
      >
        <div class="card-head">
          <h2 id="login-title">{t("login.title")}</h2>
          <p class="muted">{t("page.tagline")}</p>
        </div>
        {linked !== null && linked === form.url.value && (
          <Notice tone="warn" title={t("login.fromLink")}>
            <p>{t("login.fromLink.meaning", { address: shortAddress(linked) })}</p>
          </Notice>
        )}
        {denied !== null && (
          <DeniedNotice id={deniedId} {...denied} token={store.tokenRefused.value} />
        )}
        {stopped?.words !== undefined && !view.established && (
          <StopNotice {...stopped}>
            {stopped.words.byCertificate && (
              <button
                type="button"
                class="button"
                onClick={() => {
                  form.method.value = "certificate";
                  login("");
                }}
              >
                {t("login.submit")}: {t("login.method.certificate")}
              </button>
            )}
          </StopNotice>
        )}
        <TextField
          label={t("login.server")}
          value={form.url}
          inputMode="url"
          autocomplete="url"
          problem={problem === null || problem === "subprotocol" ? null : t(`endpoint.${problem}`)}
        />
        <DialectChoice dialect={form.dialect} />
        {raw && (
          <TextField
            label={t("login.protocols")}
            value={form.protocols}
            autocomplete="off"
            required={false}
            hint={t("login.protocols.hint")}
            problem={problem === "subprotocol" ? t("endpoint.subprotocol") : null}
          />
        )}
        {dialect === "v1" && (
          <Segments
            legend={t("login.method")}
            options={loginMethods.map((value) => ({ value, label: t(`login.method.${value}`) }))}
            value={form.method.value}
            onChange={(value) => {
              form.method.value = value;
            }}
          />
        )}
        {method !== "certificate" && !raw && (
          <div class="credentials">
            {method === "password" && (
              <TextField
                label={t("login.username")}
                value={form.username}
                autocomplete="username"
              />
            )}
            <PasswordField
              key={method}
              kind={token ? "token" : "password"}
              label={t(token ? "login.token" : "login.password")}
              field={password}
              invalid={denied !== null || refused}
              describedBy={denied === null ? undefined : deniedId}
            />
          </div>
        )}
        {method !== "password" && <p class="hint">{t(`login.${method}.hint`)}</p>}
        <InsecureChoice />
        <FaultChoice />
        {method === "password" && dialect === "v1" && (
          <CheckField label={t("login.stay")} hint={t("login.stay.hint")} checked={form.stay} />
        )}
        <CheckField
          label={t("login.autoReconnect")}
          hint={t("login.autoReconnect.hint")}
          checked={form.autoReconnect}
        />
        <div class="actions">
          <button type="submit" class="button primary" aria-disabled={busy || secondsLeft > 0}>
            {busy
              ? `${t(`status.${view.status.kind}`)}…`
              : t(raw ? "login.connect" : "login.submit")}
            {/* Seen, not heard: it would be read out every second. */}
            {secondsLeft > 0 && <span aria-hidden="true"> ({formatCount(secondsLeft)} s)</span>}
          </button>
          {busy && (
            <button type="button" class="button" onClick={cancel}>
              {t("login.cancel")}
            </button>
          )}
          {!busy && view.transcript.entries.length > 0 && (
            <button type="button" class="button" onClick={() => show("session")}>
              {t("login.transcript")}
            </button>
          )}
        </div>
      </form>
      <p class="visually-hidden" role="status">
        {waited ? t("login.nowAgain") : ""}
      </p>
      <ConnectionsCard />
      <p class="muted privacy">{t("login.privacy")}</p>
    </div>
  );
}

/** What the address asks the server's fault lab for; open where it asks for something. */
function FaultChoice(): JSX.Element {
  const { url } = useStore().form;
  const open = useSignal(false);
  const asks = asksForFaults(url.value);
  return (
    <details
      class="faults"
      open={open.value || asks}
      onToggle={({ currentTarget }) => {
        open.value = currentTarget.open;
      }}
    >
      <summary>{t("login.faults")}</summary>
      {(open.value || asks) && <parts.faults.View url={url} />}
    </details>
  );
}

/** Offered only where it would matter: the password itself, unencrypted, to another machine. */
function InsecureChoice(): JSX.Element | null {
  const { form, view } = useStore();
  const endpoint = parseEndpoint(form.url.value, location.protocol);
  const exposed = endpoint.ok && !endpoint.value.encrypted && !endpoint.value.loopback;
  const failed = view.value.status?.reason?.kind === "noCredentials";
  const dialect = form.dialect.value;
  if (dialect === "raw" || !exposed) return null;
  if (dialect !== "plain" && form.method.value !== "token" && !failed) return null;
  return (
    <CheckField
      label={t("login.allowInsecure")}
      hint={t("login.allowInsecure.hint", { address: shortAddress(endpoint.value.url) })}
      checked={form.allowInsecure}
    />
  );
}
