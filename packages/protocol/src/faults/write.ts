import { faultNames, type FaultName, type Faults } from "./faults.ts";

/** The faults as they stand in a URL, each by its name, without the reason of a close. */
export function writeFaults(faults: Faults): string {
  return faultNames.flatMap((name) => texts[name](faults) ?? []).join(",");
}

/** Which faults are asked for, by name. */
export function namesOf(faults: Faults): readonly FaultName[] {
  return faultNames.filter((name) => texts[name](faults) !== undefined);
}

const texts: Readonly<Record<FaultName, (faults: Faults) => string | undefined>> = {
  delay: ({ delayMs }) => (delayMs === undefined ? undefined : `delay:${delayMs}ms`),
  fragment: ({ fragments }) => (fragments === undefined ? undefined : `fragment:${fragments}`),
  gap: ({ gapMs }) => (gapMs === undefined ? undefined : `gap:${gapMs}ms`),
  "no-pong": ({ noPong }) => (noPong === true ? "no-pong" : undefined),
  "no-compress": ({ noCompress }) => (noCompress === true ? "no-compress" : undefined),
  close: ({ ending }) =>
    ending?.kind === "close" ? `close:${ending.code}${behind(ending.after)}` : undefined,
  abort: ({ ending }) => (ending?.kind === "abort" ? `abort${behind(ending.after)}` : undefined),
  silence: ({ ending }) =>
    ending?.kind === "silence" ? `silence${behind(ending.after)}` : undefined,
};

function behind(answers: number): string {
  return answers === 0 ? "" : `@${answers}`;
}
