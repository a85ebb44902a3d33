import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { sha1 } from "@noble/hashes/legacy.js";

/**
 * Stands for `node:crypto` in the `ws` of the built program, where to load that takes a tenth of the
 * time of `node -e 0`. A handshake needs a key and a SHA-1, a frame its masking key.
 */
export function randomBytes(size: number): Buffer {
  return randomFillSync(Buffer.alloc(size));
}

/** From the system's generator, which seeds OpenSSL's too; where it is no file, from OpenSSL's. */
export function randomFillSync<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
  return (
    fillFrom("/dev/urandom", bytes) ?? process.getBuiltinModule("node:crypto").randomFillSync(bytes)
  );
}

/** `null` where that is not a whole filling, or the file is none of the kernel's. */
export function fillFrom<Bytes extends Uint8Array>(path: string, bytes: Bytes): Bytes | null {
  let file: number | null = null;
  try {
    file = openSync(path, "r");
    const isDevice = fstatSync(file).isCharacterDevice();
    return isDevice && readSync(file, bytes) === bytes.byteLength ? bytes : null;
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** As much of a Hash as `Sec-WebSocket-Accept` needs (RFC 6455 section 4.2.2). */
export function createHash(_algorithm: "sha1") {
  return {
    update: (text: string) => ({
      digest: (encoding: "base64"): string =>
        Buffer.from(sha1(Buffer.from(text))).toString(encoding),
    }),
  };
}
