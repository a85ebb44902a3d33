import { publicAddress } from "./public-address.ts";
import { publicSubprotocols } from "./subprotocols.ts";
import { dialects, loginMethods, type Target } from "./target.ts";

/** What a link fills in. It never connects and never sends. */
export interface Linked {
  readonly target: Target;
  /** What the composer is to hold; empty for nothing. */
  readonly draft: string;
}

/** Longer, and programs that people send links by begin to cut them. */
const maxDraft = 2000;

/** A fragment, which never reaches a server, without secrets: `#connect?url=…`. */
export function linkOf({ target, draft }: Linked): string {
  const { url, dialect, protocols, method, username } = target;
  const query = new URLSearchParams({ url: publicAddress(url) });
  if (dialect !== "v1") query.set("dialect", dialect);
  const shown = publicSubprotocols(protocols);
  if (shown.length > 0) query.set("protocols", shown.join(","));
  if (method !== "password") query.set("method", method);
  if (username !== "") query.set("user", username);
  if (draft !== "" && draft.length <= maxDraft) query.set("draft", draft);
  return `#connect?${query.toString()}`;
}

/** What `fragment` asks for; `null` where it is none of ours, or holds more than a link may. */
export function readLink(fragment: string): Linked | null {
  if (!fragment.startsWith("#connect?") || fragment.length > 4 * maxDraft) return null;
  const query = new URLSearchParams(fragment.slice("#connect?".length));
  const word = (name: string): string => query.get(name) ?? "";
  const url = publicAddress(word("url"));
  if (!/^wss?:/.test(url)) return null;
  const target: Target = {
    url,
    dialect: dialects.find((name) => name === word("dialect")) ?? "v1",
    protocols: publicSubprotocols(word("protocols").split(",")).filter((name) => name !== ""),
    method: loginMethods.find((name) => name === word("method")) ?? "password",
    username: word("user"),
  };
  return { target, draft: word("draft").slice(0, maxDraft) };
}
