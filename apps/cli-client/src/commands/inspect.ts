import { createInspector, type ViewOptions } from "../wire/inspector.ts";
import type { Approach } from "./approach.ts";
import { connectCommand } from "./connect.ts";
import { watchFeed } from "./feed.ts";
import { connectDefaults, type ConnectCommandOptions } from "./settings.ts";

/** The options of `wsecho inspect`, as the argument parser names them. */
export interface InspectCommandOptions
  extends
    Omit<ConnectCommandOptions, Exclude<keyof typeof connectDefaults, "authType" | "maxSize">>,
    ViewOptions {
  /** The server's feed, instead of a session of one's own. */
  readonly server?: boolean;
  readonly all?: boolean;
  readonly session?: string;
  /** No login and no subprotocol of ours: any WebSocket server. */
  readonly raw?: boolean;
  readonly subprotocol?: readonly string[];
  readonly deflate?: boolean;
  /** Seconds. */
  readonly linger: number;
}

/** @returns the exit status */
export async function inspectCommand(
  text: string,
  options: InspectCommandOptions,
): Promise<number> {
  // Its filter is of frames, not of messages.
  const { filter: _filter, raw = false, linger, deflate = false, ...given } = options;
  const all = { ...connectDefaults, ...given, eofWait: linger };
  const inspect: Approach["inspect"] = (screen) => createInspector(options, screen);
  if (raw) return connectCommand(text, { ...all, dialect: "none" }, { inspect, deflate });
  if (options.server !== true) return connectCommand(text, all, { inspect, deflate });
  const { session } = options;
  const scope = session === undefined ? (options.all === true ? "all" : "own") : { session };
  // Only our servers have one.
  const dialect = options.dialect ?? "v1";
  const feed = { inspect, path: "/inspect", ...watchFeed(scope) };
  return connectCommand(text, { ...all, dialect }, feed);
}
