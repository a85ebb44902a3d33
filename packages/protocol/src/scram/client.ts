import { success } from "../result.ts";
import { equalBytes, xorBytes } from "./bytes.ts";
import type { ScramCrypto } from "./crypto.ts";
import { refuse, type ScramResult } from "./errors.ts";
import {
  formatClientFinal,
  formatClientFinalWithoutProof,
  formatClientFirstBare,
} from "./format.ts";
import { authMessage, deriveKeys } from "./keys.ts";
import { scramLimits } from "./limits.ts";
import { gs2Header, parseServerFinal, parseServerFirst, type ServerFirst } from "./messages.ts";
import { preparePassword, prepareUsername } from "./prepare.ts";
import { requireOwnNonce } from "./syntax.ts";

/** What a login needs; nothing of it is kept longer than the login. */
export interface ScramClientOptions {
  readonly crypto: ScramCrypto;
  readonly user: string;
  readonly password: string;
  /** 16 to 256 printable ASCII characters without a comma, random and never used before. */
  readonly nonce: string;
  /** The most PBKDF2 rounds a server may ask for: it could freeze the client otherwise. */
  readonly maxIterations: number;
  /** The fewest: a false server could ask for 1 and guess the password from the proof. */
  readonly minIterations?: number;
}

/** One login, used once: the step after a failed one is out-of-order. */
export interface ScramClient {
  /** The first message to send. */
  readonly clientFirst: string;
  /**
   * The proof for the server's challenge. Errors: those of parseServerFirst, nonce-mismatch,
   * iterations-too-few, iterations-too-many, out-of-order.
   */
  answer(serverFirst: string): Promise<ScramResult<{ readonly clientFinal: string }>>;
  /**
   * Whether the server knows the password too. Believe no "logged in" before this says so; pass
   * undefined when the server sent none. Errors: those of parseServerFinal, server-refused,
   * server-signature-missing, server-signature-wrong, out-of-order.
   */
  verify(serverFinal: string | undefined): ScramResult<{ readonly user: string }>;
}

type Phase =
  | { readonly kind: "first" }
  | { readonly kind: "answered"; readonly serverSignature: Uint8Array }
  | { readonly kind: "over" };

/**
 * Starts a SCRAM-SHA-256 login (RFC 5802, RFC 7677). Errors: username-…, password-…
 * Throws RangeError for a nonce or iteration limits that break the rules above.
 */
export function startScramClient(options: ScramClientOptions): ScramResult<ScramClient> {
  const { crypto, nonce, maxIterations, minIterations = scramLimits.minIterations } = options;
  requireOwnNonce(nonce);
  if (!(minIterations >= 1 && maxIterations >= minIterations)) {
    throw new RangeError("maxIterations must be at least minIterations, and both positive");
  }
  const preparedUser = prepareUsername(options.user);
  if (!preparedUser.ok) return preparedUser;
  const preparedPassword = preparePassword(options.password);
  if (!preparedPassword.ok) return preparedPassword;

  const user = preparedUser.value;
  const password = preparedPassword.value;
  const clientFirstBare = formatClientFirstBare({ user, nonce });
  let phase: Phase = { kind: "first" };

  function check(serverFirst: string): ScramResult<ServerFirst> {
    const parsed = parseServerFirst(serverFirst);
    if (!parsed.ok) return parsed;
    const { nonce: both, iterations } = parsed.value;
    // Longer too: a server that adds nothing could replay an old exchange.
    if (!both.startsWith(nonce) || both.length === nonce.length) return refuse("nonce-mismatch");
    if (iterations < minIterations) return refuse("iterations-too-few");
    if (iterations > maxIterations) return refuse("iterations-too-many");
    return parsed;
  }

  async function answer(
    serverFirst: string,
  ): Promise<ScramResult<{ readonly clientFinal: string }>> {
    if (phase.kind !== "first") return refuse("out-of-order");
    // Over until this step succeeds, so that no other step can slip in during the work.
    phase = { kind: "over" };
    const challenge = check(serverFirst);
    if (!challenge.ok) return challenge;
    const both = challenge.value.nonce;
    const keys = await deriveKeys(crypto, password, challenge.value);
    const clientFinalWithoutProof = formatClientFinalWithoutProof(both);
    const message = authMessage({ clientFirstBare, serverFirst, clientFinalWithoutProof });
    const clientSignature = await crypto.hmac(keys.storedKey, message);
    const serverSignature = await crypto.hmac(keys.serverKey, message);
    phase = { kind: "answered", serverSignature };
    return success({
      clientFinal: formatClientFinal(both, xorBytes(keys.clientKey, clientSignature)),
    });
  }

  function verify(serverFinal: string | undefined): ScramResult<{ readonly user: string }> {
    if (phase.kind !== "answered") return refuse("out-of-order");
    const { serverSignature } = phase;
    phase = { kind: "over" };
    if (serverFinal === undefined) return refuse("server-signature-missing");
    const parsed = parseServerFinal(serverFinal);
    if (!parsed.ok) return parsed;
    if (parsed.value.kind === "refused") return refuse("server-refused");
    return equalBytes(parsed.value.signature, serverSignature)
      ? success({ user })
      : refuse("server-signature-wrong");
  }

  return success({ clientFirst: gs2Header + clientFirstBare, answer, verify });
}
