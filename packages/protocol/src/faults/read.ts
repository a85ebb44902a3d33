import { failure, success, type Result } from "../result.ts";
import { maxReasonBytes, utf8Length } from "../text.ts";
import {
  faultBounds,
  faultNames,
  injectedReason,
  isSendableCode,
  type Ending,
  type FaultName,
  type Faults,
} from "./faults.ts";

/**
 * The faults that a URL asks for, in its query (what stands behind `?`); `null` where it asks for
 * none. The error says what is wrong and what to write; it repeats nothing of the query.
 */
export function readFaults(query: string): Result<Faults | null, string> {
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys())
    if (name !== "fault" && /^faults?$/i.test(name))
      return failure("the parameter is called fault: ?fault=delay:200ms");
  const wishes = parameters.getAll("fault");
  const reasons = parameters.getAll("fault-reason");
  if (wishes.length === 0)
    return reasons.length === 0
      ? success(null)
      : failure("fault-reason needs a close beside it: ?fault=close:4403&fault-reason=bye");
  if (reasons.length > 1) return failure("fault-reason may stand there once");
  return readList(wishes.join(","), reasons[0]);
}

/** Of the URL Standard: every platform has it, and it is pure. */
declare const URLSearchParams: new (query: string) => {
  readonly keys: () => Iterable<string>;
  readonly getAll: (name: string) => readonly string[];
};

function readList(list: string, reason: string | undefined): Result<Faults, string> {
  let faults: Faults = {};
  const seen = new Set<string>();
  for (const item of list.split(",")) {
    const [, word = "", value] = /^([a-z-]+)(?:[:@](.*))?$/s.exec(item.trim()) ?? [];
    const name = faultNames.find((known) => known === word);
    if (name === undefined)
      return failure(`no fault has this name; known: ${faultNames.join(", ")}`);
    if (seen.has(name)) return failure(`${name} may stand there once`);
    seen.add(name);
    const read = readers[name](value, item.trim());
    if (!read.ok) return failure(`${name}: ${read.error}`);
    if (read.value.ending !== undefined && faults.ending !== undefined)
      return failure("a session ends once: take one of close, abort and silence");
    faults = { ...faults, ...read.value };
  }
  if (faults.gapMs !== undefined && faults.fragments === undefined)
    return failure("gap is the time between the frames of a message; it needs fragment beside it");
  return reason === undefined ? success(faults) : withReason(faults, reason);
}

function withReason(faults: Faults, reason: string): Result<Faults, string> {
  const { ending } = faults;
  if (ending?.kind !== "close")
    return failure("fault-reason needs a close beside it: ?fault=close:4403&fault-reason=bye");
  return utf8Length(reason) > maxReasonBytes
    ? failure(`fault-reason may have ${maxReasonBytes} bytes of UTF-8 (RFC 6455 section 5.5)`)
    : success({ ...faults, ending: { ...ending, reason } });
}

type Reader = (value: string | undefined, item: string) => Result<Faults, string>;

const readers: Readonly<Record<FaultName, Reader>> = {
  delay: time("delayMs", faultBounds.delayMs, "delay:200ms, at most 5m"),
  gap: time("gapMs", faultBounds.gapMs, "gap:50ms, at most 10s"),
  fragment: (_, item) => {
    const fragments = Number(/^fragment:(\d{1,3})$/.exec(item)?.[1]);
    return fragments >= 2 && fragments <= faultBounds.fragments
      ? success({ fragments })
      : failure(`write how many frames, 2 to ${faultBounds.fragments}: fragment:3`);
  },
  "no-pong": (value) =>
    value === undefined ? success({ noPong: true }) : failure("takes no value"),
  "no-compress": (value) =>
    value === undefined ? success({ noCompress: true }) : failure("takes no value"),
  close: (_, item) => {
    const [, digits, count] = /^close:(\d{4})(?:@(\d{1,7}))?$/.exec(item) ?? [];
    const code = Number(digits);
    const after = Number(count ?? 0);
    if (digits === undefined || after > faultBounds.after)
      return failure(`write the code, and after how many answers: close:4403 or close:4403@5`);
    return isSendableCode(code)
      ? success({ ending: { kind: "close", code, reason: injectedReason, after } })
      : failure("a close frame may carry 1000 to 1003, 1007 to 1014 and 3000 to 4999");
  },
  abort: ending("abort"),
  silence: ending("silence"),
};

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

function time(key: "delayMs" | "gapMs", max: number, example: string): Reader {
  return (value = "") => {
    const [, digits, unit = ""] = /^(\d{1,6})(ms|s|m)$/.exec(value) ?? [];
    const ms = Number(digits) * (units[unit] ?? NaN);
    return ms >= 1 && ms <= max ? success({ [key]: ms }) : failure(`write a time: ${example}`);
  };
}

function ending(kind: Exclude<Ending["kind"], "close">): Reader {
  return (_, item) => {
    const match = /^[a-z]+(?:@(\d{1,7}))?$/.exec(item);
    const after = Number(match?.[1] ?? 0);
    return match !== null && after <= faultBounds.after
      ? success({ ending: { kind, after } })
      : failure(`write it alone, or after how many answers: ${kind}@5`);
  };
}
