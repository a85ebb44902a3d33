import type { JSX } from "preact";
import { faultBounds, injectedReason, isSendableCode, type Ending } from "@wsecho/protocol/faults";
import { fitReason } from "@wsecho/protocol";
import { lt } from "../words.ts";
import { NumberField, WordField } from "./fields.tsx";

export const endingKinds = ["none", "close", "abort", "silence"] as const;
type EndingKind = (typeof endingKinds)[number];

export function kindOf(ending: Ending | undefined): EndingKind {
  return ending?.kind ?? "none";
}

/** An end of that kind, where the one before had it. */
export function endingOf(kind: EndingKind, before: Ending | undefined): Ending | undefined {
  const after = before?.after ?? 0;
  switch (kind) {
    case "none":
      return undefined;
    case "close":
      return { kind, code: 4403, reason: injectedReason, after };
    case "abort":
    case "silence":
      return { kind, after };
  }
}

interface EndingFieldsProps {
  readonly ending: Ending;
  readonly onChange: (ending: Ending) => void;
}

/** When it ends, and of a close what it says. */
export function EndingFields({ ending, onChange }: EndingFieldsProps): JSX.Element {
  return (
    <div class="fault-row">
      {ending.kind === "close" && (
        <>
          <NumberField
            label={lt("code")}
            value={ending.code}
            min={1000}
            max={4999}
            isGood={isSendableCode}
            onChange={(code) => onChange({ ...ending, code: code ?? ending.code })}
          />
          <WordField
            label={lt("reason")}
            value={ending.reason}
            onChange={(reason) => onChange({ ...ending, reason: fitReason(reason) })}
          />
        </>
      )}
      <NumberField
        label={lt("after")}
        hint={lt("after.hint")}
        value={ending.after}
        min={0}
        max={faultBounds.after}
        onChange={(after) => onChange({ ...ending, after: after ?? 0 })}
      />
    </div>
  );
}
