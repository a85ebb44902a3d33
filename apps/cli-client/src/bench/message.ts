const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** Characters of a message that say its number, in base 36; a shorter message has fewer. */
const numberLength = 8;

/** Makes the messages of one connection, and tells what an echo of one of them is. */
export interface Messages {
  /** Message `n`, from 0: ASCII, so that characters are bytes. */
  readonly make: (n: number) => string;
  /** The number that a text starts with, or `null` where it is none of these messages. */
  readonly numberOf: (text: string) => number | null;
}

/**
 * Messages of `size` bytes: their number, then what differs from connection to connection. So an
 * echo that is lost, doubled, out of order, cut or somebody else's shows. Below 8 bytes numbers come
 * again after 36^size messages, and below 9 connections send the same.
 */
export function createMessages(size: number, connection: number): Messages {
  const digits = Math.min(size, numberLength);
  const period = 36 ** digits;
  const offset = connection % alphabet.length;
  const turned = alphabet.slice(offset) + alphabet.slice(0, offset);
  const length = size - digits;
  const tail = turned.repeat(Math.ceil(length / turned.length)).slice(0, length);
  const make = (n: number): string =>
    digits === 0 ? "" : (n % period).toString(36).padStart(digits, "0") + tail;
  return {
    make,
    numberOf: (text) => {
      const n = Number.parseInt(text.slice(0, digits), 36);
      return Number.isSafeInteger(n) && make(n) === text ? n : null;
    },
  };
}
