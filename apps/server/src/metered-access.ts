import type { Access } from "./access.ts";
import type { Authenticate, LoginStep } from "./authenticate.ts";
import type { LoginOutcome, Meter } from "./meter.ts";
import type { Verdict } from "./verdict.ts";

/** Counts logins, and failures of the store behind them. */
export function meterAccess(access: Access, meter: Meter): Access {
  const counting =
    (authenticate: Authenticate): Authenticate =>
    async (step) => {
      const mechanism = mechanismOf(step);
      try {
        const verdict = await authenticate(step);
        const outcome = outcomeOf(verdict);
        if (outcome !== undefined) meter.login(mechanism, outcome);
        return verdict;
      } catch (error) {
        meter.storeFailed();
        meter.login(mechanism, "unavailable");
        throw error;
      }
    };
  return {
    ...access,
    newAuthenticate: (peer) => counting(access.newAuthenticate(peer)),
    async check() {
      try {
        await access.check();
      } catch (error) {
        meter.storeFailed();
        throw error;
      }
    },
  };
}

function mechanismOf(step: LoginStep): string {
  if (step.kind === "certificate") return step.kind;
  // Only SCRAM goes on after its first message.
  return step.kind === "auth" ? step.message.mechanism : "scram-sha-256";
}

/** `undefined` for what is not the end of a login, or was not waited for. */
function outcomeOf(verdict: Verdict): LoginOutcome | undefined {
  switch (verdict.kind) {
    case "accepted":
    case "unavailable":
      return verdict.kind;
    case "refused":
      if (verdict.abandoned === true) return undefined;
      return verdict.throttled === true ? "throttled" : "refused";
    case "challenge":
      return undefined;
  }
}
