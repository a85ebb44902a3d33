import { failure, success, type Result } from "@wsecho/protocol";

/** What a watcher may ask for; README.md, "The wire feed". */
export interface InspectCommand {
  readonly watch?: "own" | "all" | { readonly session: string };
  readonly pause?: boolean;
}

const known =
  'known: {"watch":"own"}, {"watch":"all"}, {"watch":{"session":"<id>"}}, {"pause":true}';

/** Reads a watcher's text. The error says what to send instead, and repeats nothing of it. */
export function parseInspectCommand(text: string): Result<InspectCommand, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return failure(`not JSON; ${known}`);
  }
  if (!isObject(json) || Object.keys(json).length === 0) return failure(`no command; ${known}`);
  const { watch, pause, ...others } = json;
  if (Object.keys(others).length > 0) return failure(`an unknown command; ${known}`);
  if (pause !== undefined && typeof pause !== "boolean")
    return failure("pause must be true or false");
  const target = watch === undefined ? undefined : readTarget(watch);
  if (target === null)
    return failure('watch must be "own", "all" or {"session":"<id>"}, as in sessions list');
  return success({
    ...(target === undefined ? {} : { watch: target }),
    ...(pause === undefined ? {} : { pause }),
  });
}

function readTarget(watch: unknown): InspectCommand["watch"] | null {
  if (watch === "own" || watch === "all") return watch;
  if (!isObject(watch) || typeof watch["session"] !== "string") return null;
  return { session: watch["session"] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
