import type { Outcome, VerifyStep } from "@wsecho/protocol";
import { checkPassword, type UserStore } from "./users.ts";

export type Authenticate = (step: VerifyStep) => Promise<Outcome>;

export function createAuthenticator(users: UserStore): Authenticate {
  return async (step) => {
    if (step.kind !== "auth" || step.message.mechanism !== "plain") return { kind: "refused" };
    const { user, password } = step.message;
    const found = await users.find(user);
    if (found === undefined) return { kind: "refused" };
    return (await checkPassword(found.verifier, password))
      ? { kind: "accepted", user: found.name }
      : { kind: "refused" };
  };
}
