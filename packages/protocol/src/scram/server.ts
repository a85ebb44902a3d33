import { success } from "../result.ts";
import { equalBytes, xorBytes } from "./bytes.ts";
import type { ScramCrypto } from "./crypto.ts";
import { refuse, type ScramResult } from "./errors.ts";
import { formatServerFinal, formatServerFirst } from "./format.ts";
import { authMessage } from "./keys.ts";
import { scramLimits } from "./limits.ts";
import {
  channelBinding,
  parseClientFinal,
  parseClientFirst,
  type ClientFinal,
} from "./messages.ts";
import { prepareUsername } from "./prepare.ts";
import { requireOwnNonce } from "./syntax.ts";
import type { ScramVerifier } from "./verifier.ts";

/** What the server's side of a login begins with. */
export interface ScramServerOptions {
  readonly crypto: ScramCrypto;
  /** 16 to 256 printable ASCII characters without a comma, random and never used before. */
  readonly serverNonce: string;
  /** The client's first message, as it came. */
  readonly clientFirst: string;
}

/** What a client that logged in receives. */
export interface ScramVerdict {
  readonly user: string;
  /** Proves the server to the client: send it with the acceptance. */
  readonly serverFinal: string;
}

/** One login, used once. */
export interface ScramServer {
  /** Who wants to log in, prepared: look this name up. */
  readonly user: string;
  /**
   * The message to answer with. For a user who may not log in pass `fakeVerifier(…)` and false:
   * neither the answers nor the work will differ from a wrong password. Error: out-of-order.
   */
  challenge(verifier: ScramVerifier, known: boolean): ScramResult<{ readonly serverFirst: string }>;
  /**
   * The verdict on the client's proof. Errors: invalid-proof (wrong password or unknown user),
   * nonce-mismatch, channel-binding-mismatch, those of parseClientFinal, out-of-order.
   */
  finish(clientFinal: string): Promise<ScramResult<ScramVerdict>>;
}

type Phase =
  | { readonly kind: "first" }
  | {
      readonly kind: "challenged";
      readonly verifier: ScramVerifier;
      readonly known: boolean;
      readonly serverFirst: string;
    }
  | { readonly kind: "over" };

/**
 * Reads a client's first message (RFC 5802, RFC 7677). Errors: those of parseClientFirst,
 * username-… Throws RangeError for a server nonce that breaks the rules above.
 */
export function startScramServer(options: ScramServerOptions): ScramResult<ScramServer> {
  const { crypto, serverNonce } = options;
  requireOwnNonce(serverNonce);
  const first = parseClientFirst(options.clientFirst);
  if (!first.ok) return first;
  const prepared = prepareUsername(first.value.user);
  if (!prepared.ok) return prepared;
  const user = prepared.value;
  const nonce = first.value.nonce + serverNonce;
  const clientFirstBare = first.value.bare;
  let phase: Phase = { kind: "first" };

  function challenge(
    verifier: ScramVerifier,
    known: boolean,
  ): ScramResult<{ serverFirst: string }> {
    if (phase.kind !== "first") return refuse("out-of-order");
    const serverFirst = formatServerFirst({ ...verifier, nonce });
    phase = { kind: "challenged", verifier, known, serverFirst };
    return success({ serverFirst });
  }

  /** Everything about the message that does not depend on the user. */
  function check(clientFinal: string): ScramResult<ClientFinal> {
    const parsed = parseClientFinal(clientFinal);
    if (!parsed.ok) return parsed;
    const { value } = parsed;
    if (value.channelBinding !== channelBinding) return refuse("channel-binding-mismatch");
    // The whole nonce: a prefix would let a recorded proof be used again.
    if (value.nonce !== nonce) return refuse("nonce-mismatch");
    if (value.proof.length !== scramLimits.keyBytes) return refuse("invalid-proof");
    return parsed;
  }

  async function finish(clientFinal: string): Promise<ScramResult<ScramVerdict>> {
    if (phase.kind !== "challenged") return refuse("out-of-order");
    const { verifier, known, serverFirst } = phase;
    // Before the work begins: two proofs at once are still two attempts.
    phase = { kind: "over" };
    const final = check(clientFinal);
    if (!final.ok) return final;
    const { proof, withoutProof: clientFinalWithoutProof } = final.value;
    const message = authMessage({ clientFirstBare, serverFirst, clientFinalWithoutProof });
    const clientKey = xorBytes(proof, await crypto.hmac(verifier.storedKey, message));
    const fits = equalBytes(await crypto.hash(clientKey), verifier.storedKey);
    // Always signed, so that success and failure take the same steps.
    const signature = await crypto.hmac(verifier.serverKey, message);
    if (!fits || !known) return refuse("invalid-proof");
    return success({ user, serverFinal: formatServerFinal({ kind: "signed", signature }) });
  }

  return success({ user, challenge, finish });
}
