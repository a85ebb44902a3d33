import * as node from "node:crypto";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import {
  createHash,
  fillFrom,
  randomBytes,
  randomFillSync,
} from "../../src/connection/quick-crypto.ts";

it("hashes as node:crypto does", () => {
  for (const text of ["", "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11"])
    expect(createHash("sha1").update(text).digest("base64")).toBe(
      node.createHash("sha1").update(text).digest("base64"),
    );
});

it("fills all of it anew each time", () => {
  const keys = Array.from({ length: 100 }, () => randomBytes(16).toString("hex"));
  expect(new Set(keys).size).toBe(100);
  const pool = randomFillSync(Buffer.alloc(8192));
  for (let at = 0; at < pool.length; at += 16)
    expect(pool.subarray(at, at + 16).equals(Buffer.alloc(16))).toBe(false);
});

it("takes nothing from what is no generator", () => {
  const here = fileURLToPath(import.meta.url);
  expect(fillFrom(here, Buffer.alloc(16))).toBeNull();
  expect(fillFrom(`${here}.none`, Buffer.alloc(16))).toBeNull();
  // A device, but one that has nothing to give.
  expect(fillFrom(process.platform === "win32" ? "NUL" : "/dev/null", Buffer.alloc(16))).toBeNull();
});
