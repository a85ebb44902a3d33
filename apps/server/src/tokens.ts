import { errors, jwtVerify, SignJWT, type JWTPayload } from "jose";
import { failure, success, type Result } from "@wsecho/protocol";
import type { SigningKey, SigningKeys, StoredUser } from "./store/store.ts";

/** What a good token says. */
export interface TokenClaims {
  /** A prepared name. */
  readonly user: string;
  /** The user's version in the store when it was issued; another one now makes it worthless. */
  readonly version: number;
  /** ms. */
  readonly expiresInMs: number;
}

/** `expired` was good once; `forged` never was, or its key is retired. */
export type TokenProblem = "expired" | "forged";

export interface Tokens {
  /** Rejects as the store does. */
  verify(token: string): Promise<Result<TokenClaims, TokenProblem>>;
  /** The keys have changed: read them again before the next use. */
  refresh(): void;
}

const algorithm = "HS256";
const issuer = "wsecho";
/** Says what it is for, so that a token for something else, signed by the same keys, is none. */
const type = "wsecho+jwt";

/** Longest time that a token may be good for; ms. */
export const maxTokenMs = 30 * 24 * 3_600_000;

/**
 * @param expiresInMs 1000 to {@link maxTokenMs}. Tokens count whole seconds: it is good for at least
 *   so long, and for less than a second more.
 */
export async function issueToken(
  keys: Pick<SigningKeys, "list">,
  user: Pick<StoredUser, "name" | "version">,
  expiresInMs: number,
): Promise<string> {
  const [key] = await keys.list();
  if (key === undefined) throw new Error("the store has no signing key");
  const now = Date.now();
  return new SignJWT({ ver: user.version })
    .setProtectedHeader({ alg: algorithm, kid: key.id, typ: type })
    .setIssuer(issuer)
    .setSubject(user.name)
    .setIssuedAt(Math.floor(now / 1000))
    .setExpirationTime(Math.ceil((now + expiresInMs) / 1000))
    .sign(key.secret);
}

/** Unknown keys are looked for so often at most; ms. Anybody can name one. */
const missMs = 1000;

export function createTokens(keys: Pick<SigningKeys, "list">): Tokens {
  let known: Promise<readonly SigningKey[]> | undefined;
  let missedAt = -Infinity;

  function read(): Promise<readonly SigningKey[]> {
    if (known !== undefined) return known;
    const reading = keys.list();
    known = reading;
    // A failure is not kept.
    reading.catch(() => {
      if (known === reading) known = undefined;
    });
    return reading;
  }

  async function find(id: string): Promise<SigningKey | undefined> {
    const has = (list: readonly SigningKey[]): SigningKey | undefined =>
      list.find((key) => key.id === id);
    const found = has(await read());
    if (found !== undefined || performance.now() - missedAt < missMs) return found;
    // Perhaps a key that another server has just made.
    missedAt = performance.now();
    known = undefined;
    return has(await read());
  }

  return {
    async verify(token) {
      try {
        const { payload } = await jwtVerify(
          token,
          async ({ kid }) => {
            const key = kid === undefined ? undefined : await find(kid);
            if (key === undefined) throw new errors.JWKSNoMatchingKey();
            return key.secret;
          },
          {
            algorithms: [algorithm],
            issuer,
            typ: type,
            requiredClaims: ["sub", "iat", "exp"],
          },
        );
        return readClaims(payload);
      } catch (error) {
        if (error instanceof errors.JWTExpired) return failure("expired");
        if (error instanceof errors.JOSEError) return failure("forged");
        throw error;
      }
    },
    refresh() {
      known = undefined;
    },
  };
}

function readClaims({ sub, exp, ...rest }: JWTPayload): Result<TokenClaims, TokenProblem> {
  const version = rest["ver"];
  if (sub === undefined || exp === undefined || typeof version !== "number")
    return failure("forged");
  const expiresInMs = exp * 1000 - Date.now();
  return expiresInMs > 0 ? success({ user: sub, version, expiresInMs }) : failure("expired");
}
