import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { parseEndpoint } from "../session/endpoint.ts";
import { parseSubprotocols } from "../session/subprotocols.ts";
import type { Target } from "../session/target.ts";
import type { FormProblem, LoginForm } from "./types.ts";

export interface CheckedForm {
  readonly form: LoginForm;
  readonly problem: ReadonlySignal<FormProblem | null>;
  readonly fill: (target: Target) => void;
  /** What the form says; `null` where something is wrong with it, which {@link problem} then says. */
  readonly check: () => Target | null;
}

/** The login form, and what it asks for. `pageProtocol` is the page's own `location.protocol`. */
export function createLoginForm(ownServer: string, pageProtocol: string): CheckedForm {
  const form: LoginForm = {
    url: signal(ownServer),
    dialect: signal("v1"),
    protocols: signal(""),
    method: signal("password"),
    username: signal(""),
    stay: signal(false),
    autoReconnect: signal(false),
    allowInsecure: signal(false),
  };
  const refused = signal<{ readonly of: string; readonly why: FormProblem } | null>(null);
  /** Everything that may be wrong: a problem is one until some of it changes. */
  const written = computed(() =>
    [form.url, form.protocols, form.dialect, form.method].map(({ value }) => value).join("\n"),
  );

  // Said of one server in one dialect, it must not hold for another.
  for (const choice of [form.url, form.dialect]) {
    choice.subscribe(() => {
      form.allowInsecure.value = false;
    });
  }

  const refuse = (why: FormProblem): null => {
    refused.value = { of: written.value, why };
    return null;
  };
  return {
    form,
    problem: computed(() => (refused.value?.of === written.value ? refused.value.why : null)),
    fill: ({ url, dialect, protocols, method, username }) => {
      form.url.value = url;
      form.dialect.value = dialect;
      form.protocols.value = protocols.join(", ");
      form.method.value = method;
      form.username.value = username;
    },
    check: () => {
      refused.value = null;
      const endpoint = parseEndpoint(form.url.value, pageProtocol);
      if (!endpoint.ok) return refuse(endpoint.error);
      const { url, encrypted, loopback } = endpoint.value;
      const dialect = form.dialect.value;
      const offered = parseSubprotocols(dialect === "raw" ? form.protocols.value : "");
      if (!offered.ok) return refuse("subprotocol");
      // Plain has no words for a token, nor for who a certificate is.
      const method = dialect === "v1" ? form.method.value : "password";
      if (method === "bearer" && !encrypted && !loopback) return refuse("bearerExposed");
      const named = dialect !== "raw" && method === "password";
      const username = named ? form.username.value : "";
      return { url, dialect, protocols: offered.value, method, username };
    },
  };
}
