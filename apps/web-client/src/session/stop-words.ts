import { retryAfterClose, type Retry, type StopReason } from "@wsecho/protocol";
import { harmless } from "../text/harmless.ts";
import type { Translate } from "../words/catalogue.ts";
import { closeKey } from "./close-key.ts";
import { shortAddress, terminalCommand } from "./endpoint.ts";
import type { Dialect, LoginMethod } from "./target.ts";
import type { ClosedBy } from "./transcript.ts";

/** Why a session ended, for a person: what happened, what it means, what to try. */
export interface StopWords {
  readonly title: string;
  /** A close's code, name and reason, where there was one. */
  readonly code: string | null;
  readonly meaning: string;
  readonly advice: readonly string[];
  /** Something in the machine's own words. */
  readonly detail: string | null;
  /** The terminal command that shows what a browser hides. */
  readonly command: string | null;
  /** The browser's certificate was the login already. */
  readonly byCertificate?: true;
}

export interface StopContext {
  readonly url: string;
  /** How the login was tried. */
  readonly method: LoginMethod;
  readonly dialect: Dialect;
  readonly closed: { readonly code: number; readonly reason: string; readonly by: ClosedBy } | null;
  readonly problem: string | null;
}

export function stopWords(reason: StopReason, context: StopContext, t: Translate): StopWords {
  const address = shortAddress(context.url);
  const byCertificate = context.method === "certificate";
  const command = terminalCommand(context.url, context.dialect, byCertificate);
  const code = context.closed === null ? null : closeLine(context.closed, t);
  const plain = { code, advice: [], detail: null, command: null };
  if (wasLoggedInAlready(reason, context))
    return {
      ...plain,
      title: t("stop.certificate"),
      meaning: t("stop.certificate.meaning"),
      byCertificate: true,
    };
  switch (reason.kind) {
    case "left":
      return { ...plain, title: t("stop.left"), meaning: "" };
    case "closed":
      return closedWords(reason, context, t);
    case "unreachable":
      return {
        ...plain,
        command,
        title: t("stop.unreachable", { address }),
        meaning: t("stop.unreachable.meaning"),
        advice: [
          t("stop.unreachable.tryServer"),
          byCertificate
            ? t("stop.noCertificate")
            : t(`stop.unreachable.tryDialect.${context.dialect}`),
        ],
      };
    case "timeout": {
      const { phase } = reason;
      const title = t(`stop.timeout.${phase}`, { address });
      const meaning = t(`stop.timeout.${phase}.meaning`);
      const advice = byCertificate && phase === "login" ? [t("stop.noCertificate")] : [];
      return { ...plain, command, title, meaning, advice };
    }
    case "refused":
      return { ...plain, title: t("stop.refused"), meaning: t("stop.refused.meaning") };
    case "noCredentials": {
      const words = { title: t("stop.noCredentials"), meaning: t("stop.noCredentials.meaning") };
      return { ...plain, ...words, detail: context.problem };
    }
    case "untrusted": {
      const words = { title: t("stop.untrusted"), meaning: t("stop.untrusted.meaning") };
      return { ...plain, ...words, detail: context.problem };
    }
    case "subprotocol": {
      const expected = reason.expected || t("stop.subprotocol.none");
      const selected = reason.selected || t("stop.subprotocol.none");
      const meaning = t("stop.subprotocol.meaning", { expected, selected });
      return { ...plain, command, title: t("stop.subprotocol"), meaning };
    }
    case "protocol": {
      const words = { title: t("stop.protocol"), meaning: t("stop.protocol.meaning") };
      return { ...plain, ...words, command, detail: reason.detail };
    }
  }
}

/**
 * A server that begins with `ok`, over TLS, where nobody had logged in yet: it knows its visitor by a
 * certificate, which browsers show without asking. A server's false proof comes with a `problem`.
 */
function wasLoggedInAlready(reason: StopReason, { url, method, problem }: StopContext): boolean {
  if (method === "certificate" || !url.startsWith("wss:")) return false;
  return reason.kind === "protocol"
    ? reason.detail === "unexpected ok while authenticating"
    : reason.kind === "untrusted" && problem === null;
}

function closedWords(
  { code, reason }: { readonly code: number; readonly reason: string },
  context: StopContext,
  t: Translate,
): StopWords {
  const by = context.closed?.by ?? "server";
  return {
    title: t(`stop.closed.${by}`),
    code: closeLine({ code, reason }, t),
    meaning: t(`close.${closeKey(code, reason)}.meaning`),
    advice: [adviceFor(retryAfterClose(code, reason), t)],
    detail: null,
    command: by === "nobody" ? terminalCommand(context.url, context.dialect) : null,
  };
}

/** What to do after a close, from the protocol's own table. */
function adviceFor(retry: Retry, t: Translate): string {
  return t(`retry.${retry}`);
}

/** Code, name and the peer's reason: `4401 Session expired · “session expired”`. */
export function closeLine(
  { code, reason }: { readonly code: number; readonly reason: string },
  t: Translate,
): string {
  const name = t(`close.${closeKey(code, reason)}.name`);
  return reason === "" ? `${code} ${name}` : `${code} ${name} · “${harmless(reason)}”`;
}
