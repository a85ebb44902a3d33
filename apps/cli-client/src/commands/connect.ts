import { success } from "@wsecho/protocol";
import { exitStatus } from "../exit.ts";
import { createByteInput } from "../input/bytes.ts";
import { asking } from "../prompt/console.ts";
import { createRecording } from "../recording.ts";
import { addPath, parseTarget } from "../target.ts";
import type { Approach } from "./approach.ts";
import { conduct } from "./conduct.ts";
import { readPlan } from "./plan.ts";
import { prepare } from "./preparation.ts";
import type { ConnectCommandOptions } from "./settings.ts";
import { openStage } from "./stage.ts";
import { judge } from "./verdict.ts";

/** @returns the exit status */
export async function connectCommand(
  text: string,
  options: ConnectCommandOptions,
  approach?: Approach,
): Promise<number> {
  const plan = await readPlan(options);
  const stage = openStage(options, plan.ok ? plan.value.display : {}, approach);
  const { departure, terminal, output, interactive, end } = stage;
  const misused = (error: string): Promise<number> => end("usage", `Not connected: ${error}.`);
  const parsed = parseTarget(text);
  if (!parsed.ok) return misused(parsed.error);
  if (!plan.ok) return misused(plan.error);
  const target = { ...parsed.value, url: addPath(parsed.value.url, approach?.path ?? "") };
  if (options.asCurl === true) {
    const { asCurl } = await import("./as-curl.ts");
    await output.line(asCurl(target, options));
    return end("ok");
  }
  const input = createByteInput(terminal.input());
  const preparation = await prepare(target, options, {
    input,
    warn: output.problem,
    ask: asking(terminal, departure.signal),
  });
  if (!preparation.ok) {
    const wish = departure.exit();
    return wish === null ? misused(preparation.error) : end(wish);
  }
  const looking = approach?.inspect?.(() => (interactive ? terminal.current() : null));
  if (looking?.ok === false) return end("usage", looking.error);
  const inspector = looking?.value ?? null;
  if (inspector !== null) stage.employ(inspector);
  const broken: string[] = [];
  const recording = createRecording(
    options.json === true ? (line) => void output.line(line) : null,
    Date.now,
    (problem) => {
      broken.push(problem);
      output.problem(`The recording ends here, for its file takes no more: ${problem}.`);
    },
  );
  const recorded =
    options.record === undefined ? success(undefined) : recording.start(options.record);
  if (!recorded.ok) return misused(`--record: ${recorded.error}`);
  const outcome = await conduct({
    stage,
    options,
    approach,
    plan: plan.value,
    preparation: preparation.value,
    input,
    inspector,
    recording,
  });
  const { exit, problems } = judge(outcome);
  if (exit !== "ok") recording.failed(exitStatus(exit), problems.join(" "));
  recording.stop();
  return end(exit === "ok" && broken.length > 0 ? "usage" : exit, ...problems);
}
