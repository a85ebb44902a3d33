import type { StopReason } from "@wsecho/protocol";
import { socketOf } from "../connection/route.ts";
import type { Fault } from "../connection/link.ts";
import type { ExitName } from "../exit.ts";
import { explain, type EndingContext } from "../explain.ts";
import type { Goal } from "../goal.ts";
import { showTarget } from "../target.ts";
import { explainToken } from "../token.ts";
import { describeMissing, type Tally } from "../tally.ts";
import type { Conducting } from "./conduct.ts";

/** How a run went. */
export interface Outcome {
  readonly reason: StopReason;
  readonly context: EndingContext;
  /** Our own wish to leave; `null` where there was none. */
  readonly wish: ExitName | null;
  readonly okClose: readonly number[];
  /** A close by the server is no error, whatever its code. */
  readonly anyClose: boolean;
  /** The code that the server had to close with; `null` where it did not have to. */
  readonly expectClose: number | null;
  /** The link was found dead. */
  readonly dead: boolean;
  readonly fault: Fault | null;
  /** `--max-size`. */
  readonly maxSize: number;
  readonly tally: Tally;
  readonly goal: Goal;
  /** What `/expect` waited for in vain. */
  readonly unmet: string | null;
  /** The whole input went out. */
  readonly complete: boolean;
  /** Nobody counts: a person was there, or whoever read stdout has left. */
  readonly indulgent: boolean;
}

export interface Verdict {
  readonly exit: ExitName;
  /** For a person; none is empty. */
  readonly problems: readonly string[];
}

const bySignal: ReadonlySet<ExitName> = new Set(["interrupted", "terminated", "hangup"]);

/** What became of it all, as a person and a script are told. */
export function judge(outcome: Outcome): Verdict {
  const { reason, context, okClose, expectClose, goal } = outcome;
  const ending = explain(reason, context);
  const code = reason.kind === "closed" ? reason.code : null;
  const isWelcome =
    code !== null && (okClose.includes(code) || code === expectClose || outcome.anyClose);
  const missing = describeMissing(outcome.tally) ?? "";
  const wanted = goal.missing();
  const went = outcome.complete || isWelcome || (goal.set && !goal.owed());
  const whole = (missing === "" && went && wanted.count === null) || outcome.indulgent;
  let exit = outcome.wish ?? (isWelcome ? "ok" : ending.exit);
  if (outcome.dead && !bySignal.has(exit)) exit = "broken";
  if (exit === "ok" && !whole) exit = "closed";
  const unclosed =
    expectClose === null || code === expectClose
      ? null
      : `It was expected to close with ${expectClose}${code === null ? ", and did not" : ""}.`;
  const expected = wanted.expected ?? outcome.unmet ?? unclosed;
  const unexpected = context.established && expected !== null;
  const overruled: readonly ExitName[] = ["ok", "closed", "timeout"];
  const ends: readonly ExitName[] = ["broken", "authentication"];
  if (unexpected && (overruled.includes(exit) || (unclosed !== null && ends.includes(exit))))
    exit = "expectation";
  const said = [
    outcome.fault === null
      ? isWelcome
        ? ""
        : ending.text
      : describeFault(outcome.fault, outcome.maxSize),
    missing,
    ...(context.established ? [wanted.count ?? "", expected ?? ""] : []),
  ];
  return { exit, problems: said.filter((part) => part !== "") };
}

function describeFault(fault: Fault, maxSize: number): string {
  return fault.kind === "tooBig"
    ? `The server sent a message larger than ${maxSize} bytes, so the connection was closed with 1009. --max-size allows more.`
    : `The server broke a rule of RFC 6455, so the connection was closed: ${fault.detail}.`;
}

/** What has to be known to explain an end. */
export function circumstances(
  conducting: Conducting,
  course: Pick<EndingContext, "established" | "dialect" | "failure">,
): EndingContext {
  const { options, preparation } = conducting;
  const { target, given, manner, transport, authorize } = preparation;
  const used = manner === "none" ? undefined : given.token?.();
  return {
    ...course,
    url: showTarget(target.url),
    reconnect: options.reconnect ?? false,
    // Whoever runs us by a script of the repository has no wsecho-server on the path.
    serverCommand: `${process.env["npm_lifecycle_event"] === "wsecho" ? "pnpm " : ""}wsecho-server --demo`,
    token: used?.ok === true ? explainToken(used.value, Date.now()) : null,
    handshakeLogin: authorize !== null || (options.auth ?? options.authFile) !== undefined,
    certificate:
      given.byCertificate === true ? "login" : options.cert === undefined ? "none" : "shown",
    bare: wayWithoutLogin(conducting),
    proxy: transport.agent === undefined ? null : (options.proxy ?? "of the environment"),
    socket: socketOf(options),
    verbose: options.verbose > 0,
  };
}

/** The option that a server without a login needs; `null` where that is chosen, or there is none. */
function wayWithoutLogin({ approach, preparation }: Conducting): "--dialect none" | "--raw" | null {
  if (preparation.manner === "none" || approach?.use !== undefined) return null;
  return approach?.inspect === undefined ? "--dialect none" : "--raw";
}
