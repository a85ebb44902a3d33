// Loaded before a program (`--import`): what it draws at random is the same each time. For figures
// in documentation, and for nothing else: every key, nonce and salt is then known to everybody.
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

const seed = process.env["WSECHO_GUIDE_SEED"] ?? "";
const { createHash } = crypto;
const drawn = new Map<number, number>();

/** The nth draw of a size does not depend on draws of other sizes. */
function draw(size: number): Buffer {
  const nth = (drawn.get(size) ?? 0) + 1;
  drawn.set(size, nth);
  const parts: Buffer[] = [];
  for (let at = 0; at < size; at += 32)
    parts.push(createHash("sha256").update(`${seed} ${size} ${nth} ${at}`).digest());
  return Buffer.concat(parts).subarray(0, size);
}

function fill<T extends NodeJS.ArrayBufferView>(view: T, offset = 0, size?: number): T {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  bytes.set(draw(size ?? bytes.length - offset), offset);
  return view;
}

Object.assign(crypto, {
  randomBytes: draw,
  randomFillSync: fill,
  randomUUID: () => {
    const hex = draw(16).toString("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  },
});
crypto.webcrypto.getRandomValues = fill;
syncBuiltinESMExports();
