import type { GivenFlags } from "../settings/flags.ts";
import { say } from "./say.ts";

/** The command line is no place for a password: says so, and takes it out of the process list. */
export function hideSecrets(flags: GivenFlags): void {
  if (!hasPassword(flags.get("database") ?? "")) return;
  // It was there for a moment, but a server runs for months.
  process.title = "wsecho-server";
  say(
    "WARNING: the password in --database can be read by others in the process list and stays in " +
      'the shell\'s history.\nBetter: WSECHO_DATABASE, or "database" in the file of --config.',
  );
}

function hasPassword(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.password !== "" || url.searchParams.has("password"));
}
