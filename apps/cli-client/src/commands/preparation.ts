import type { WsOptions } from "@wsecho/client/ws";
import { failure, success, type Result } from "@wsecho/protocol";
import { readAccess, type Access } from "../access.ts";
import type { Manner } from "../connection/dial.ts";
import { basic, bearer } from "../connection/headers.ts";
import { readConnection } from "../connection/read.ts";
import type { Given } from "../credentials.ts";
import type { Authorize } from "../handshake.ts";
import type { ByteInput } from "../input/bytes.ts";
import type { Ask } from "../prompt/console.ts";
import { isExposed, type Target } from "../target.ts";
import type { ConnectCommandOptions } from "./settings.ts";

/** What is known, read and checked before anything is connected to. */
export interface Preparation extends Access {
  readonly manner: Manner;
  /** Everything for the handshakes but what authorizes them. */
  readonly transport: WsOptions;
  /** Puts the login into a handshake; `null` where it belongs into the session, or to `--auth`. */
  readonly authorize: Authorize | null;
  /** The handshake is the login, by whatever it carries. */
  readonly handshakeLogin: boolean;
}

export interface PreparationHost {
  readonly input: ByteInput;
  readonly warn: (text: string) => void;
  readonly ask: Ask;
}

/** Reads files, asks where `--auth` wants to; errors are for a person and hold no secret. */
export async function prepare(
  target: Target,
  options: ConnectCommandOptions,
  { input, warn, ask }: PreparationHost,
): Promise<Result<Preparation, string>> {
  const { url } = target;
  const { dialect, subprotocol, auth, authFile } = options;
  const bare = (dialect ?? (subprotocol === undefined ? "v1" : "none")) === "none";
  const access = await readAccess(target, options, {
    // What it has is for wsecho servers, and no stranger's.
    env: bare ? {} : process.env,
    readLine: input.firstLine,
    warn,
    ask,
  });
  if (!access.ok) return access;
  const { given } = access.value;
  const { byCertificate = false } = given;
  // Who has a login in the environment has not said that this server is one of ours.
  const named = given.ambient !== true;
  const login = given.token ?? given.username ?? given.password;
  const manner = mannerOf(options, named && login !== undefined);
  if (manner === null)
    return failure(
      "--subprotocol goes with --dialect none, where a login goes with the handshake; the dialects have their own",
    );
  const byHandshake = (auth ?? authFile) !== undefined;
  const authorize = await authorization(given, manner, ask);
  if (!authorize.ok) return authorize;
  if (authorize.value !== null && byHandshake)
    return failure(
      "two logins would go with the handshake: that of --auth, and the other; give one",
    );
  if (authorize.value !== null && isExposed(url, options))
    return failure(
      `${given.token === undefined ? "the login" : "the token itself"} would cross an unencrypted ` +
        "connection to another machine; use a wss:// URL, or allow it with --allow-insecure-password",
    );
  const connection = await readConnection(options, { url, env: process.env, warn, ask });
  if (!connection.ok) return connection;
  return success({
    ...access.value,
    manner,
    transport: { ...access.value.tls, ...connection.value },
    authorize: authorize.value,
    handshakeLogin: authorize.value !== null || byCertificate || byHandshake,
  });
}

/** `null` where the options do not go together. */
function mannerOf(
  { dialect, subprotocol }: ConnectCommandOptions,
  hasLogin: boolean,
): Manner | null {
  if (subprotocol === undefined) return dialect ?? (hasLogin ? "v1" : "detect");
  if (dialect === undefined && hasLogin) return null;
  return (dialect ?? "none") === "none" ? "none" : null;
}

/** Where no session can say who this is, the handshake has to. */
async function authorization(
  { token, username, password }: Given,
  manner: Manner,
  ask: Ask,
): Promise<Result<Authorize | null, string>> {
  // The plain dialect has no words for a token.
  if (token !== undefined && (manner === "plain" || manner === "none")) {
    const read = (): Result<string, string> => {
      const now = token();
      return now.ok ? bearer(now.value) : now;
    };
    const first = read();
    if (!first.ok) return first;
    return success(() => {
      const now = read();
      return now.ok ? now.value : null;
    });
  }
  if (manner !== "none") return success(null);
  if (username === undefined)
    return password === undefined
      ? success(null)
      : failure("a password goes with the handshake for a user alone; name one by --user");
  const secret = password ?? (await ask(`password of ${username}: `));
  return secret === null
    ? failure("there is no password; at a pipe use --password-file")
    : success(() => basic(username, secret));
}
