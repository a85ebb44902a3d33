/** Caps on everything a peer can make longer, so that an exchange's memory and work are bounded. */
export const scramLimits = {
  /** Any SCRAM message, in UTF-16 code units. */
  messageLength: 4096,
  /** One side's part of the nonce, in characters. */
  nonceLength: 256,
  /** Below this our own nonce could repeat or be guessed; 16 printable characters are ≥ 96 bits. */
  minNonceLength: 16,
  /** A salt we read, in bytes. */
  maxSaltBytes: 64,
  /** A salt we make, in bytes. Fake salts have this length too, or it would tell them apart. */
  saltBytes: 16,
  /** RFC 7677 section 4. */
  minIterations: 4096,
  /** More is never believed, whatever the caller allows; PBKDF2 rounds. */
  maxIterations: 10_000_000,
  /** A SHA-256 result, so every key, signature and proof, in bytes. */
  keyBytes: 32,
  /** A prepared user name, in UTF-8 bytes. */
  usernameBytes: 255,
  /** A prepared password, in UTF-8 bytes. */
  passwordBytes: 1024,
} as const;
