import { createFifo } from "./fifo.ts";

/** A read of fewer bytes takes no time worth sharing out. */
export const largeBytes = 16 * 1024;

/** So much of large reads is welcome in one turn of the event loop: some 0.1 ms. */
export const turnBytes = 128 * 1024;

interface Waiting {
  readonly bytes: number;
  readonly next: () => void;
}

const waiting = createFifo<Waiting>();
let spent = 0;
let isPlanned = false;

/**
 * Calls `next`, by which a peer is read on behind a large read, at once or in a later turn of the
 * event loop. In one turn Node reads up to 32 times 64 KiB from each socket: beside some hundred peers
 * that send all they can, everybody else would wait for half a second until the next one.
 *
 * @param bytes what was read from the peer just now; {@link largeBytes} or more
 */
export function takeTurns(bytes: number, next: () => void): void {
  if (waiting.length() === 0 && spent < turnBytes) {
    spend(bytes);
    next();
  } else waiting.push({ bytes, next });
}

function spend(bytes: number): void {
  spent += bytes;
  if (isPlanned) return;
  isPlanned = true;
  // Behind all that this turn reads, ahead of what the next does.
  setImmediate(beginTurn);
}

function beginTurn(): void {
  isPlanned = false;
  spent = 0;
  for (let first = waiting.first(); first !== undefined; first = waiting.first()) {
    if (spent >= turnBytes) return;
    waiting.shift();
    spend(first.bytes);
    first.next();
  }
}
