import { availableParallelism } from "node:os";
import type { ScramCrypto } from "@wsecho/protocol/scram";
import { createLimiter, type Limiter } from "./limiter.ts";
import { nodeScramCrypto } from "./scram-crypto.ts";

/** Node's thread pool has four threads, which also read files and resolve names. */
const threads = Math.max(1, Math.min(3, availableParallelism()));

/** Some seconds of work at the default iterations; who comes later would not live to see it. */
const maxWaiting = 64;

export interface PasswordCrypto {
  /** Rejects with BusyError where too many wait. */
  readonly crypto: ScramCrypto;
  readonly limiter: Limiter;
}

/** SCRAM's functions, of which the expensive one runs a few at a time and off this thread. */
export function createPasswordCrypto(): PasswordCrypto {
  const limiter = createLimiter(threads, maxWaiting);
  return {
    crypto: {
      ...nodeScramCrypto,
      pbkdf2: (password, salt, iterations) =>
        limiter.run(() => nodeScramCrypto.pbkdf2(password, salt, iterations)),
    },
    limiter,
  };
}
