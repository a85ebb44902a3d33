import { randomBytes } from "node:crypto";
import { guessByPlain, guessByScram, user } from "./client.ts";

export interface Samples {
  readonly known: number[];
  readonly unknown: number[];
}

type Kind = keyof Samples;

/**
 * What somebody with a stopwatch learns about who exists: unknown and known users take turns, each
 * wrong password over a connection of its own.
 */
export async function measureTiming(
  url: string,
  scramRounds: number,
  plainRounds: number,
): Promise<ReadonlyMap<string, Samples>> {
  const make = (): Samples => ({ known: [], unknown: [] });
  const [challenge, verdict, plain] = [make(), make(), make()];
  await alternate(scramRounds, async (kind) => {
    const [first, second] = await guessByScram(url, nameOf(kind));
    challenge[kind].push(first);
    verdict[kind].push(second);
  });
  await alternate(plainRounds, async (kind) => {
    plain[kind].push(await guessByPlain(url, nameOf(kind)));
  });
  return new Map([
    ["SCRAM, challenge", challenge],
    ["SCRAM, verdict", verdict],
    ["plain, verdict", plain],
  ]);
}

/** Which of the two is first changes, or the order would show. */
async function alternate(rounds: number, guess: (kind: Kind) => Promise<void>): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const order: readonly Kind[] = round % 2 === 0 ? ["known", "unknown"] : ["unknown", "known"];
    for (const kind of order) await guess(kind);
  }
}

/** Unknown ones are new each time, and as long as the known one. */
function nameOf(kind: Kind): string {
  return kind === "known" ? user : randomBytes(2).toString("hex").slice(0, user.length);
}
