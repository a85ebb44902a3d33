import { shortAddress } from "../session/endpoint.ts";
import { harmless } from "../text/harmless.ts";
import type { Translate } from "../words/catalogue.ts";
import type { Store } from "./types.ts";

/** What to call a session among others: `admin@127.0.0.1:5678`. */
export function sessionName({ target, before, view }: Store, t: Translate): string {
  const known = target.value ?? before.value;
  if (known === null) return t("tabs.fresh");
  const { url, username } = known;
  // As the server calls them.
  const user = harmless(view.value.status?.user ?? username);
  return user === "" ? shortAddress(url) : `${user}@${shortAddress(url)}`;
}
