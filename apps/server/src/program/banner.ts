import type { Listening } from "../options.ts";
import type { Settings } from "../settings/table.ts";
import type { Store } from "../store/store.ts";

/** What a person has to know about the server that has just started. */
export function banner(
  settings: Settings,
  { url, httpUrl, hasPage }: Listening,
  store: Pick<Store, "location"> | null,
): readonly string[] {
  const lines = [
    hasPage ? `page: ${httpUrl}/` : "page: not built; pnpm build makes it, for the next start",
    `session: ${url}   pure echo: ${url}/echo   wire: ${url}/inspect`,
  ];
  if (settings.demo) {
    lines.push(
      "WARNING: --demo lets anybody on this machine log in as admin with the password 123456.",
      "Do not use it for anything but a first look.",
    );
  } else if (store === null) lines.push("There are no users: only /echo answers.");
  else lines.push(`users: ${store.location}`);
  if (settings.record !== null)
    lines.push(
      settings["record-reveal"]
        ? `WARNING: what goes over the wire is recorded in ${settings.record}, passwords and tokens too.`
        : `recording what goes over the wire in ${settings.record}, without secrets`,
    );
  if (settings["allow-anonymous"])
    lines.push("WARNING: /echo is open to everybody, without login.");
  if (settings.faults ?? settings.demo)
    lines.push(`fault lab: who connects may ask to be treated badly: ${url}/?fault=delay:200ms`);
  return lines;
}
