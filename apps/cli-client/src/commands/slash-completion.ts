import { readdirSync } from "node:fs";
import { closes } from "@wsecho/protocol";
import type { Completion } from "../prompt/editor.ts";
import { sanitizeLine } from "../terminal/sanitize.ts";

/**
 * Completes a slash command, or what comes behind it.
 *
 * @param help what `/help` says: its commands, and whether a PATH or a CODE belongs to them
 * @returns `null` for a text, which has nothing to complete
 */
export function completeCommand(help: string, draft: string): Completion | null {
  const [, name, gap = "", rest = ""] = /^\/([a-z0-9]*)( *)([^]*)$/.exec(draft) ?? [];
  if (name === undefined) return null;
  const commands = new Map(
    [...help.matchAll(/(?<!\/)\/([a-z]\w*)(?: \[?([A-Z]+))?/g)].map(
      ([, command = "", argument]) => [command, argument],
    ),
  );
  if (gap === "") {
    const all = [...commands].map(
      ([command, wants]) => `/${command}${wants === undefined ? "" : " "}`,
    );
    return { stem: draft, candidates: beginning(draft, all) };
  }
  switch (commands.get(name)) {
    case "PATH":
      return completePath(rest);
    case "CODE":
      return { stem: rest, candidates: beginning(rest, sendableCodes) };
    default:
      return { stem: rest, candidates: [] };
  }
}

/** RFC 6455 section 7.4: of the codes that have a meaning here, those that a client may send. */
const sendableCodes = [...new Set(Object.values(closes).map(({ code }) => code))]
  .filter((code) => code === 1000 || code >= 3000)
  .map(String);

function completePath(path: string): Completion {
  const slash = path.lastIndexOf("/") + 1;
  const directory = path.slice(0, slash);
  const name = path.slice(slash);
  return { stem: name, candidates: beginning(name, namesIn(directory === "" ? "." : directory)) };
}

/** What a terminal cannot be shown as it is has to be typed; hidden files where a dot asks for them. */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .map((entry) => `${entry.name}${entry.isDirectory() ? "/" : ""}`)
      .filter((name) => sanitizeLine(name) === name)
      .sort();
  } catch {
    // Not there, or not ours to read: nothing to offer.
    return [];
  }
}

function beginning(stem: string, all: readonly string[]): readonly string[] {
  return all.filter(
    (candidate) => candidate.startsWith(stem) && (stem !== "" || !candidate.startsWith(".")),
  );
}
