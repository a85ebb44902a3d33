import { readFileSync } from "node:fs";
import { failure, success, type Result } from "@wsecho/protocol";
import type { WsOptions } from "@wsecho/client/ws";
import type { Ask } from "../prompt/console.ts";
import { exposure } from "../secret-file.ts";
import { isExposed } from "../target.ts";
import { basic, bearer, headerLines, readAuthFile, readHeaders } from "./headers.ts";
import { readRoute, type RouteOptions } from "./route.ts";

/** What the request of a handshake says, with curl's names where curl has one. */
export interface RequestOptions {
  readonly header?: readonly string[];
  readonly expandHeaders?: boolean;
  readonly cookie?: string;
  readonly userAgent?: string;
  readonly origin?: string;
  readonly host?: string;
  readonly auth?: string;
  readonly authFile?: string;
  readonly authType: "basic" | "bearer";
  readonly allowInsecurePassword?: boolean;
}

/** How to reach a server, too. */
export interface ConnectionOptions extends RequestOptions, RouteOptions {
  readonly location?: boolean;
  readonly compress?: boolean;
  readonly maxSize: number;
}

export interface ConnectionSources {
  readonly url: URL;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly ask: Ask;
  readonly warn: (text: string) => void;
}

/** What `ws` gets for every handshake. Errors and warnings hold no secret. */
export async function readConnection(
  options: ConnectionOptions,
  sources: ConnectionSources,
): Promise<Result<WsOptions, string>> {
  const headers = await readRequest(options, sources);
  if (!headers.ok) return headers;
  const route = await readRoute(options, sources.url, sources.env);
  if (!route.ok) return route;
  return success({
    ...route.value,
    headers: headers.value,
    followRedirects: options.location ?? false,
    perMessageDeflate: options.compress ?? false,
    maxPayload: options.maxSize,
  });
}

/** Headers as Node takes them: a repeated one is a list, whatever the types of `ws` say. */
export type RequestHeaders = NonNullable<WsOptions["headers"]>;

/** The headers of every handshake, a login that goes with it among them. */
export async function readRequest(
  options: RequestOptions,
  sources: ConnectionSources,
): Promise<Result<RequestHeaders, string>> {
  const { env, warn } = sources;
  const headers = readHeaders(
    [
      ...(options.userAgent === undefined ? [] : [`User-Agent: ${options.userAgent}`]),
      ...(options.cookie === undefined ? [] : [`Cookie: ${options.cookie}`]),
      ...(options.origin === undefined ? [] : [`Origin: ${options.origin}`]),
      ...(options.host === undefined ? [] : [`Host: ${options.host}`]),
      ...(options.header ?? []),
    ],
    options.expandHeaders === true ? env : null,
    readHeaderFile(warn),
  );
  if (!headers.ok) return headers;
  const authorization = await readAuthorization(options, sources);
  if (!authorization.ok) return authorization;
  const { value } = authorization;
  return success({
    ...Object.fromEntries(
      Object.entries(headers.value).map(([name, values]) => [
        name,
        // Only what is repeated has to be a list: Node itself reads some names as one text.
        values.length === 1 ? (values[0] ?? "") : [...values],
      ]),
    ),
    ...(value === null ? {} : { Authorization: value }),
  });
}

function readHeaderFile(warn: (text: string) => void) {
  return (path: string): Result<readonly string[], string> => {
    try {
      const text = readFileSync(path, "utf8");
      const open = exposure(path);
      if (open !== null) warn(open);
      return success(headerLines(text));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return failure(`-H: ${path} cannot be read (${code ?? "unknown error"})`);
    }
  };
}

async function readAuthorization(
  options: RequestOptions,
  { url, ask, warn }: ConnectionSources,
): Promise<Result<string | null, string>> {
  const { auth, authFile, authType } = options;
  if (auth === undefined && authFile === undefined) return success(null);
  if (auth !== undefined && authFile !== undefined)
    return failure("--auth and --auth-file do not go together");
  if (isExposed(url, options))
    return failure(
      "the login would cross an unencrypted connection to another machine; use a wss:// URL, or " +
        "allow it with --allow-insecure-password",
    );
  const fromFile = authFile === undefined ? null : readAuthFile(authFile);
  if (fromFile?.ok === false) return fromFile;
  const open = authFile === undefined ? null : exposure(authFile);
  if (open !== null) warn(open);
  const given = fromFile?.value ?? auth ?? "";
  if (auth !== undefined && (authType === "bearer" || auth.includes(":"))) {
    // What has been read is taken out of the process list; it was there for a moment.
    process.title = "wsecho";
    warn(
      "The secret in --auth can be read by others in the process list and stays in the shell's " +
        "history. Better: --auth NAME, which asks for the password, or --auth-file.",
    );
  }
  if (authType === "bearer") return bearer(given);
  const colon = given.indexOf(":");
  if (colon >= 0) return success(basic(given.slice(0, colon), given.slice(colon + 1)));
  if (fromFile !== null) return failure("--auth-file: the first line has to be NAME:PASSWORD");
  const password = await ask(`password of ${given}: `);
  return password === null
    ? failure("--auth: there is no password; at a pipe use --auth-file")
    : success(basic(given, password));
}
