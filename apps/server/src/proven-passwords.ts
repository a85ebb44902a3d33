import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import type { ScramVerifier } from "@wsecho/protocol/scram";

/**
 * Passwords that were proven a moment ago, so that who comes again costs no key derivation. What is
 * kept of them are hashes under a key of this process, in its memory only and for a short time:
 * whoever can read that memory could try guesses against them for less than a verifier costs.
 */
export interface ProvenPasswords {
  /** Whether it was proven for this verifier, lately. Costs the same for any user and password. */
  knows(user: string, verifier: ScramVerifier | undefined, password: string): boolean;
  /** It has just been proven. */
  add(user: string, verifier: ScramVerifier, password: string): void;
}

/** Beyond so many all are forgotten. */
const maxKnown = 10_000;

/** Five minutes: a network that comes back brings everybody back within them; ms. */
export const defaultPasswordCacheMs = 5 * 60_000;

interface Generation {
  readonly key: Buffer;
  /** By user. */
  readonly tags: Map<string, Buffer>;
}

const noKey = Buffer.alloc(32);

/** @param forMs how long they are kept at most, from now on; ms. `null`: not at all */
export function createProvenPasswords(forMs: () => number | null): ProvenPasswords {
  let current: Generation | null = null;

  function begin(ms: number): Generation {
    const generation = { key: randomBytes(32), tags: new Map<string, Buffer>() };
    // All of them at once and the key with them: however often somebody logs in, the password is
    // derived anew after that time.
    setTimeout(() => {
      if (current === generation) current = null;
    }, ms).unref();
    return generation;
  }

  return {
    knows(user, verifier, password) {
      if (forMs() === null) current = null;
      if (current === null) return false;
      // For unknown users, too, or the time would tell.
      const tag = tagOf(current.key, verifier?.storedKey ?? noKey, password);
      const known = current.tags.get(user) ?? noKey;
      return timingSafeEqual(tag, known) && verifier !== undefined;
    },
    add(user, { storedKey }, password) {
      const ms = forMs();
      if (ms === null) return;
      if (current === null || current.tags.size >= maxKnown) current = begin(ms);
      current.tags.set(user, tagOf(current.key, storedKey, password));
    },
  };
}

/**
 * Bound to the verifier: another password of the user, or another user, has another. A hash of key
 * and text is enough, where nobody sees it to go on from there.
 */
function tagOf(key: Buffer, storedKey: Uint8Array, password: string): Buffer {
  return hash("sha256", Buffer.concat([key, storedKey, Buffer.from(password)]), "buffer");
}
