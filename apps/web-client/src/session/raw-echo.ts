import type { Payload } from "@wsecho/protocol";
import { checkEcho } from "./echo-check.ts";

/** How many unanswered messages are remembered: a server that never echoes must not fill the page. */
const room = 64;

/** Finds out whether a server without ids echoes: by what it says, and never by a guess. */
export interface RawEcho {
  /** A message left; the ids are those that no reply can be told of any more. */
  readonly sent: (id: number, payload: Payload, at: number) => readonly number[];
  /** The oldest unanswered message that `payload` repeats byte by byte; those before it are passed. */
  readonly answered: (payload: Payload, at: number) => Answered | null;
}

export interface Answered {
  readonly id: number;
  readonly rttMs: number;
  readonly passed: readonly number[];
}

/** `at` is in milliseconds of any steady clock. */
export function createRawEcho(): RawEcho {
  let waiting: { readonly id: number; readonly payload: Payload; readonly at: number }[] = [];
  return {
    sent: (id, payload, at) => {
      waiting.push({ id, payload, at });
      return waiting.length > room ? waiting.splice(0, 1).map((gone) => gone.id) : [];
    },
    answered: (payload, at) => {
      const place = waiting.findIndex((one) => same(one.payload, payload));
      const found = waiting[place];
      if (found === undefined) return null;
      const passed = waiting.slice(0, place).map(({ id }) => id);
      waiting = waiting.slice(place + 1);
      return { id: found.id, rttMs: at - found.at, passed };
    },
  };
}

/** Of many messages that are no echo most are told apart by their lengths, which costs nothing. */
function same(a: Payload, b: Payload): boolean {
  return lengthOf(a) === lengthOf(b) && checkEcho(a, b).kind === "identical";
}

/** A lone surrogate is one unit, and so is the U+FFFD that it comes back as. */
const lengthOf = (payload: Payload): number =>
  payload.kind === "text" ? payload.text.length : payload.data.byteLength;
