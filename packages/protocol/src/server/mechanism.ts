import type { AuthMessage } from "../messages.ts";
import type { ServerOptions } from "./state.ts";

/** What to tell a client whose `auth` names a mechanism that this server does not offer. */
export function mechanismProblem(options: ServerOptions, message: AuthMessage): string | undefined {
  return options.mechanisms.includes(message.mechanism)
    ? undefined
    : `mechanism not offered; offered: ${options.mechanisms.join(", ")}`;
}
