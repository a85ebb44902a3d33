import { canonical } from "../canonical.ts";
import { update, type Of, type Scene } from "./scene.ts";
import { clientProperties as p } from "./world.ts";

/** An outcome has to be the first one of its submit, and the truth. */
export function takeSettle(scene: Scene, { id, outcome }: Of<"settle">): void {
  const { world, input, before, next, now, frame, watch } = scene;
  const { demand } = watch;
  const { label, event } = input;
  const submit = now.submits[id - 1];
  demand(submit?.settled === false, p.settle, () => `${label}: ${id} is ${outcome.kind}, again`);
  if (submit === undefined) return;
  const isSent = before.submits[id - 1]?.sent === true;
  const isTrue = (): boolean => {
    switch (outcome.kind) {
      case "echoed": {
        const isNamed = frame?.id === undefined || frame.id === id;
        const isSaid = canonical(frame?.payload, {}) === canonical(outcome.payload, {});
        const isAlike = world.submits[id - 1]?.payload.kind === outcome.payload.kind;
        return isSent && isNamed && isSaid && isAlike;
      }
      case "lost":
        return submit.left;
      case "unsent":
        return !submit.left;
      case "refused":
        return frame?.kind === "error" ? frame.id === id && isSent : event.type === "submit";
    }
  };
  demand(isTrue(), p.truth, () => `${label}: ${id} is ${outcome.kind}`);
  const isCut = outcome.kind === "lost" || outcome.kind === "unsent";
  const mayWait = world.submits[id - 1]?.resend === true || !submit.left;
  const isKept = isCut && next.kind === "waiting" && mayWait;
  demand(!isKept, p.kept, () => `${label}: ${id} is ${outcome.kind}`);
  const isAnswer = outcome.kind === "echoed" || (outcome.kind === "refused" && frame !== undefined);
  if (isAnswer) now.openings = 0;
  update(now, id, { settled: true });
}
