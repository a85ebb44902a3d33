import type { Draft, DraftMode } from "../store/types.ts";
import { readFilter, type Filter } from "./filter.ts";
import { publicAddress } from "./public-address.ts";
import { publicSubprotocols } from "./subprotocols.ts";
import { dialects, loginMethods, type Target } from "./target.ts";

/** What a link fills in. It never connects and never sends. */
export interface Linked {
  readonly target: Target;
  /** What the composer is to hold; empty for nothing. */
  readonly draft: Draft;
  readonly filter: Filter;
  /** Whether the Frames view is to be open. */
  readonly frames: boolean;
}

/** Longer, and programs that people send links by begin to cut them; UTF-16 units. */
export const maxDraft = 2000;

/** Draft and filter, each unit of them at most nine characters of a link, and room for the rest. */
const maxLink = 20 * maxDraft;

const encodings: readonly DraftMode[] = ["text", "json", "hex", "base64"];

/** A fragment, which never reaches a server, without secrets: `#connect?url=…`. */
export function linkOf({ target, draft, filter, frames }: Linked): string {
  const { url, dialect, protocols, method, username } = target;
  const query = new URLSearchParams({ url: publicAddress(url) });
  if (dialect !== "v1") query.set("dialect", dialect);
  const shown = publicSubprotocols(protocols);
  if (shown.length > 0) query.set("protocols", shown.join(","));
  if (method !== "password") query.set("method", method);
  if (username !== "") query.set("user", username);
  if (draft.text !== "" && draft.text.length <= maxDraft) {
    query.set("draft", draft.text);
    if (draft.mode !== "text") query.set("as", draft.mode);
  }
  const { text, regex, direction, type, minBytes } = filter;
  if (text !== "" && text.length <= maxDraft) query.set(regex ? "regex" : "find", text);
  if (direction !== "all") query.set("direction", direction);
  if (type !== "all") query.set("type", type);
  if (minBytes > 0) query.set("bytes", String(minBytes));
  if (frames) query.set("view", "frames");
  return `#connect?${query.toString()}`;
}

/** What `fragment` asks for; `null` where it is none of ours, or holds more than a link may. */
export function readLink(fragment: string): Linked | null {
  if (!fragment.startsWith("#connect?") || fragment.length > maxLink) return null;
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
  const mode = encodings.find((name) => name === word("as")) ?? "text";
  const regex = query.has("regex");
  return {
    target,
    draft: { mode, text: word("draft").slice(0, maxDraft) },
    filter: readFilter({
      text: word(regex ? "regex" : "find").slice(0, maxDraft),
      regex,
      direction: word("direction"),
      type: word("type"),
      minBytes: Number(word("bytes")),
    }),
    frames: word("view") === "frames",
  };
}
