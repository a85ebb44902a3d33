import type { JSX } from "preact";
import type { Signal } from "@preact/signals";
import { faultBounds, writeFaults, type Faults } from "@wsecho/protocol/faults";
import { Segments, Switch } from "../../ui/fields.tsx";
import { Notice } from "../../ui/notice.tsx";
import { faultsOf, withFaults } from "../address.ts";
import { lt } from "../words.ts";
import { EndingFields, endingKinds, endingOf, kindOf } from "./ending-fields.tsx";
import { NumberField } from "./fields.tsx";
import "../../styles/faults.css";

/** What the address asks the server's fault lab for: the address is all that there is. */
export function FaultLab({ url }: { readonly url: Signal<string> }): JSX.Element {
  const read = faultsOf(url.value);
  const ask = (faults: Faults): void => {
    url.value = withFaults(url.value, faults);
  };
  const clear = (
    <button type="button" class="button small" onClick={() => ask({})}>
      {lt("clear")}
    </button>
  );
  if (!read.ok)
    return (
      <Notice tone="bad" title={lt("wrong")}>
        {/* In the server's words, which are English. */}
        <p lang="en">{read.error}</p>
        <div class="actions">{clear}</div>
      </Notice>
    );
  const faults = read.value;
  /** The same with one thing changed; `undefined` takes it out. */
  const change = (more: { [Name in keyof Faults]?: Faults[Name] | undefined }): void => {
    const next = Object.entries({ ...faults, ...more }).filter(([, value]) => value !== undefined);
    ask(Object.fromEntries(next));
  };
  const list = writeFaults(faults);
  return (
    <div class="fault-lab">
      <p class="hint">{lt("hint")}</p>
      <NumberField
        label={lt("delay")}
        hint={lt("delay.hint")}
        value={faults.delayMs}
        min={1}
        max={faultBounds.delayMs}
        onChange={(delayMs) => change({ delayMs })}
      />
      <div class="fault-row">
        <NumberField
          label={lt("fragments")}
          hint={lt("fragments.hint")}
          value={faults.fragments}
          min={2}
          max={faultBounds.fragments}
          onChange={(fragments) =>
            change(fragments === undefined ? { fragments, gapMs: undefined } : { fragments })
          }
        />
        {faults.fragments !== undefined && (
          <NumberField
            label={lt("gap")}
            value={faults.gapMs}
            min={1}
            max={faultBounds.gapMs}
            onChange={(gapMs) => change({ gapMs })}
          />
        )}
      </div>
      <Switch
        label={lt("noPong")}
        hint={lt("noPong.hint")}
        on={faults.noPong === true}
        onChange={(on) => change({ noPong: on ? true : undefined })}
      />
      <Switch
        label={lt("noCompress")}
        hint={lt("noCompress.hint")}
        on={faults.noCompress === true}
        onChange={(on) => change({ noCompress: on ? true : undefined })}
      />
      <div class="field">
        <Segments
          legend={lt("ending")}
          options={endingKinds.map((value) => ({ value, label: lt(`ending.${value}`) }))}
          value={kindOf(faults.ending)}
          onChange={(kind) => change({ ending: endingOf(kind, faults.ending) })}
        />
        <p class="hint">{lt(`ending.${kindOf(faults.ending)}.hint`)}</p>
      </div>
      {faults.ending !== undefined && (
        <EndingFields ending={faults.ending} onChange={(ending) => change({ ending })} />
      )}
      <div class="fault-asked">
        <p class="hint" role="status">
          {list === "" ? lt("none") : lt("asked", { faults: list })}
        </p>
        {list !== "" && clear}
      </div>
    </div>
  );
}
