import { ownServer } from "../session/endpoint.ts";
import type { Target } from "../session/target.ts";

/** Where the feed is, and what lets the page in. */
export interface FeedPlace {
  readonly url: string;
  readonly method: "password" | "token" | "certificate";
  readonly username: string;
  readonly dialect: "v1" | "plain";
  readonly allowInsecure: boolean;
}

/** The feed of the server that somebody is logged in to, as whom the server says. */
export function placeOf(
  target: Target,
  user: string | undefined,
  allowInsecure: boolean,
): FeedPlace | null {
  const { url, method: given, username, dialect } = target;
  // No server of ours is known to be there, so nobody to ask for frames.
  if (dialect === "raw") return null;
  const method = given === "bearer" ? "token" : given;
  return { url, method, dialect, username: user ?? username, allowInsecure };
}

/** The feed of the server that the page came from, by the token in its address. */
export function ownPlace(): FeedPlace {
  const url = ownServer(location);
  return { url, method: "token", username: "", dialect: "v1", allowInsecure: false };
}
