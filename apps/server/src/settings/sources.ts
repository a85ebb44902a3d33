import { readFileSync } from "node:fs";
import { failure, success, type Result } from "@wsecho/protocol";
import type { GivenFlags } from "./flags.ts";
import {
  envName,
  settingNames,
  settings,
  type Setting,
  type SettingName,
  type Settings,
} from "./table.ts";
import { didYouMean, suggest } from "./suggest.ts";

/** The texts of one source, each under the name by which a person knows it there. */
type Source = ReadonlyMap<SettingName, { readonly text: string; readonly label: string }>;

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Resolved {
  readonly settings: Settings;
  /** What they were read from, whatever its source; nothing where the default stands. */
  readonly texts: GivenFlags;
}

/** Flags before environment before file; the first error of any of them. */
export function resolveSettings(
  flags: GivenFlags,
  environment: Environment,
): Result<Settings, string> {
  const resolved = resolve(flags, environment);
  return resolved.ok ? success(resolved.value.settings) : resolved;
}

/** The same, with the texts. */
export function resolve(flags: GivenFlags, environment: Environment): Result<Resolved, string> {
  const given = [fromFlags(flags), fromEnvironment(environment)];
  const config = pick("config", given);
  if (!config.ok) return config;
  if (config.value !== null) {
    const file = readConfig(config.value);
    if (!file.ok) return file;
    given.push(file.value);
  }
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of settingNames) {
    const value = pick(name, given);
    if (!value.ok) return value;
    values[name] = value.value;
  }
  const texts = settingNames.flatMap((name) => {
    const entry = given.map((source) => source.get(name)).find((found) => found !== undefined);
    return entry === undefined ? [] : [[name, entry.text] as const];
  });
  return success({ settings: values as Settings, texts: new Map(texts) });
}

function pick<Name extends SettingName>(
  name: Name,
  sources: readonly Source[],
): Result<Settings[Name], string> {
  // The table's entry of one name, which the compiler loses sight of behind the union of all.
  const { parse, initial } = settings[name] as unknown as Setting<Settings[Name]>;
  for (const source of sources) {
    const entry = source.get(name);
    if (entry === undefined) continue;
    const value = parse(entry.text);
    return value.ok ? value : failure(`${entry.label} ${value.error}`);
  }
  return success(initial);
}

function fromFlags(flags: GivenFlags): Source {
  return new Map([...flags].map(([name, text]) => [name, { text, label: `--${name}` }]));
}

/** An empty variable counts as none: that is how files of variables leave one out. */
function fromEnvironment(environment: Environment): Source {
  const source = new Map<SettingName, { text: string; label: string }>();
  for (const name of settingNames) {
    const text = environment[envName(name)];
    if (text !== undefined && text !== "") source.set(name, { text, label: envName(name) });
  }
  return source;
}

/**
 * Variables that look like a mistyped one of ours. No error: the prefix is shared with other
 * programs of the project.
 */
export function strangeVariables(environment: Environment): readonly string[] {
  const known = settingNames.map(envName);
  return Object.keys(environment)
    .filter((name) => name.startsWith("WSECHO_") && !known.includes(name))
    .filter((name) => suggest(name.slice("WSECHO_".length), settingNames.map(shortEnvName)))
    .map((name) => `unknown environment variable ${name}${didYouMean(name, known)}`);
}

function shortEnvName(name: SettingName): string {
  return envName(name).slice("WSECHO_".length);
}

function readConfig(path: string): Result<Source, string> {
  let text: string;
  let content: unknown;
  try {
    text = readFileSync(path, "utf8");
    content = JSON.parse(text);
  } catch (error) {
    return failure(`the config file ${path} ${readProblem(error)}`);
  }
  if (typeof content !== "object" || content === null || Array.isArray(content))
    return failure(`the config file ${path} must hold one JSON object, such as { "port": 8080 }`);
  const source = new Map<SettingName, { text: string; label: string }>();
  for (const [key, value] of Object.entries(content as Record<string, unknown>)) {
    const label = `"${key}" in ${lineOf(text, key)}${path}`;
    const name = settingNames.find((known) => known === key && known !== "config");
    if (name === undefined) return failure(`unknown key ${label}${didYouMean(key, settingNames)}`);
    const { repeatable }: Setting<unknown> = settings[name];
    if (repeatable === true && Array.isArray(value)) {
      source.set(name, { text: value.map(String).join(","), label });
      continue;
    }
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
      return failure(`${label} must be a string, a number, true or false`);
    source.set(name, { text: String(value), label });
  }
  return success(source);
}

/** `line 3 of `; nothing where the key is written in another way than it reads. */
function lineOf(text: string, key: string): string {
  // A quote inside of a text is escaped, so this is no part of a value. The last one counts.
  const literal = JSON.stringify(key).replaceAll(/[^\w-]/g, "\\$&");
  const written = new RegExp(`${literal}\\s*:`, "g");
  const last = [...text.matchAll(written)].at(-1);
  return last === undefined ? "" : `line ${text.slice(0, last.index).split("\n").length} of `;
}

function readProblem(error: unknown): string {
  // The parser's own message may repeat the file, which may hold a secret.
  if (error instanceof SyntaxError) {
    const [, line] = /\(line (\d+) column \d+\)$/.exec(error.message) ?? [];
    const where = line === undefined ? "" : ` at line ${line}`;
    return `is not JSON${where}; check commas and quotes`;
  }
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" ? "does not exist" : `cannot be read (${code ?? "unknown error"})`;
}
