import type { Case } from "../cases.ts";
import { Mismatch, Skip } from "../failure.ts";
import { closingCases } from "./cases/closing.ts";
import { controlCases } from "./cases/control.ts";
import { deflateCases } from "./cases/deflate.ts";
import { fragmentCases } from "./cases/fragments.ts";
import { framingCases } from "./cases/framing.ts";
import { limitCases } from "./cases/limits.ts";
import { utf8Cases } from "./cases/utf8.ts";
import { tryHandshake } from "./greet.ts";
import { handshakeCases } from "./handshakes.ts";
import { placesOf, type Place, type PlaceName } from "./place.ts";
import { play, type Stage, type Way } from "./play.ts";
import type { FrameCase } from "./script.ts";

export const allFrameCases: readonly FrameCase[] = [
  ...framingCases,
  ...controlCases,
  ...fragmentCases,
  ...utf8Cases,
  ...closingCases,
  ...limitCases,
  ...deflateCases,
];

const ways: readonly Way[] = ["one segment", "byte by byte"];

/** Every rule of RFC 6455 for what a server hears, tried at each of the places in both ways. */
export function frameCasesAt(names: readonly PlaceName[]): readonly Case[] {
  return [
    ...handshakeCases.map((each) =>
      caseOf({ ...each, rules: [ruleOf(each.section)] }, names, (stage) =>
        tryHandshake(each, stage),
      ),
    ),
    ...allFrameCases.map((each) => {
      const autobahn = (each.autobahn ?? []).map((number) => `Autobahn ${number}`);
      const rules = [ruleOf(each.section), ...autobahn];
      return caseOf({ ...each, rules }, names, (stage) => play(each, stage));
    }),
  ];
}

const ruleOf = (section: string): string =>
  section.startsWith("RFC ") ? section : `RFC 6455 ${section}`;

type Play = (stage: Stage) => Promise<readonly string[]>;

function caseOf(
  { id, title, rules, heavy }: Pick<Case, "id" | "title" | "rules"> & { readonly heavy?: true },
  names: readonly PlaceName[],
  run: Play,
): Case {
  return {
    id,
    title,
    rules,
    run: async (target, knowledge, log) => {
      const places = placesOf(target, knowledge, names);
      const stages = places.flatMap((place) =>
        (heavy === true ? ways.slice(0, 1) : ways).map((way) => ({ place, way })),
      );
      const { timeoutMs } = target;
      const tried = await Promise.all(
        stages.map(({ place, way }) => attempt(run, { place, way, timeoutMs })),
      );
      const failed = tried.find(({ error }) => error !== undefined);
      if (failed?.error !== undefined) {
        for (const line of failed.lines) log(line);
        throw failed.error;
      }
      const skips = tried.flatMap(({ skip }) => skip ?? []);
      if (skips.length === tried.length) throw new Skip(skips[0] ?? "there is no place to try");
      return [...new Set(tried.flatMap(({ notes }) => notes))];
    },
  };
}

interface Tried {
  readonly lines: readonly string[];
  readonly notes: readonly string[];
  readonly skip?: string;
  readonly error?: Mismatch;
}

async function attempt(run: Play, given: Omit<Stage, "log">): Promise<Tried> {
  const lines: string[] = [`[at ${where(given.place)}, ${given.way}]`];
  try {
    const notes = await run({ ...given, log: (line) => lines.push(line) });
    return { lines, notes };
  } catch (error) {
    if (error instanceof Skip) return { lines, notes: [], skip: error.message };
    if (error instanceof Mismatch) return { lines, notes: [], error };
    return { lines, notes: [], error: new Mismatch("the case to run to its end", String(error)) };
  }
}

const where = ({ name, url }: Place): string =>
  name === "echo" ? url.pathname : `${url.pathname} in ${name}`;
