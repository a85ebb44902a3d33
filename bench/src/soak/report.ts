import type { Flat, Step } from "./flat.ts";
import { mebi } from "./leaks.ts";
import type { Mixed } from "./mixed.ts";
import type { Counts, Times } from "./tally.ts";

/** Everything that must be zero, and was not. */
export function problemsOf(
  { messages, failures }: Counts,
  leaks: readonly string[],
  end: { readonly status: number | null; readonly complaints: readonly string[] },
): readonly string[] {
  const { lost, doubled, corrupted } = messages;
  return [
    ...Object.entries({ lost, doubled, corrupted })
      .filter(([, count]) => count > 0)
      .map(([what, count]) => `${count} messages were ${what}`),
    ...leaks.map((leak) => `leak: ${leak}`),
    ...Object.entries(failures).flatMap(([kind, hows]) =>
      Object.entries(hows).map(([how, count]) => `${kind}, ${count} times: ${how}`),
    ),
    ...(end.status === 0 ? [] : [`the server ended with ${String(end.status)}`]),
    ...end.complaints.map((line) => `the server said: ${line}`),
  ];
}

export function formatMixed(run: Mixed, problems: readonly string[]): string {
  const heaps = run.samples.map(({ heapBytes }) => heapBytes);
  const sizes = run.samples.map(({ rssBytes }) => rssBytes);
  return [
    `${run.seconds} s`,
    ...formatCounts(run),
    `heap while busy: at most ${mebi(Math.max(...heaps))}; RSS at most ${mebi(Math.max(...sizes))}`,
    `heap when quiet: ${mebi(run.before.heapBytes)} before, ${mebi(run.after.heapBytes)} after`,
    `external: ${mebi(run.before.externalBytes)} before, ${mebi(run.after.externalBytes)} after`,
    `RSS: ${mebi(run.before.rssBytes)} before, ${mebi(run.after.rssBytes)} after`,
    `handles: ${JSON.stringify(run.before.handles)} before, ${JSON.stringify(run.after.handles)} after`,
    ...formatProblems(problems),
  ].join("\n");
}

export function formatFlat(run: Flat, problems: readonly string[]): string {
  return [
    ...formatSteps("messages", run.messageSteps),
    ...formatSteps("connections", run.connectionSteps),
    ...formatCounts(run),
    ...formatProblems(problems),
  ].join("\n");
}

function formatSteps(what: string, steps: readonly Step[]): readonly string[] {
  return steps.map(({ count, remains: { heapBytes, externalBytes, rssBytes } }) =>
    [
      `${count} ${what}:`.padEnd(22),
      `heap ${mebi(heapBytes)}`,
      `external ${mebi(externalBytes)}`,
      `RSS ${mebi(rssBytes)}`,
    ].join("  "),
  );
}

function formatCounts({ messages, echo, logins, done }: Counts): readonly string[] {
  const { sent, answered, lost, doubled, corrupted } = messages;
  return [
    `messages: ${sent} sent, ${answered} answered, ${lost} lost, ${doubled} doubled, ${corrupted} corrupted`,
    `echo: ${formatTimes(echo)}`,
    ...Object.entries(logins).map(([way, times]) => `login by ${way}: ${formatTimes(times)}`),
    `done: ${Object.entries(done)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(", ")}`,
  ];
}

function formatTimes({ count, p50, p99, max }: Times): string {
  return `${count}, p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`;
}

function formatProblems(problems: readonly string[]): readonly string[] {
  return problems.length === 0 ? ["nothing lost, nothing leaked"] : ["PROBLEMS:", ...problems];
}
