import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8's young generation at the size that the start has left, of 2 × 8 MiB. V8 doubles it whenever
 * enough has survived in it, as every session does that comes: up to 2 × 64 MiB for 10 000 of them, and
 * gives that back to nobody while messages pass. What messages leave behind dies at once, and needs no
 * more room. For the process as a whole, so a program may decide it and a library may not; to be called
 * when everything is loaded. A test fails where V8 no longer heeds it.
 */
export function keepYoungGeneration(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
