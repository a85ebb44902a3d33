import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useId, useMemo } from "preact/hooks";
import type { FrameRecord } from "@wsecho/wire";
import { formatCount } from "../../text/format.ts";
import { ascii, binary, hex } from "../fields.ts";
import { maxWalk, plainSoFar, walkOf, type WalkByte } from "../walk.ts";
import { ft } from "../words.ts";

/** `masked ⊕ key = plain`, all at once or byte by byte. */
export function Walk({ frame }: { readonly frame: FrameRecord }): JSX.Element {
  return (
    <section class="inspector-part" aria-label={ft("walk.title")}>
      <h4>{ft("walk.title")}</h4>
      {frame.key === null ? (
        <p class="hint">{ft(frame.dir === "c2s" ? "walk.unmaskedClient" : "walk.unmasked")}</p>
      ) : frame.raw.length === 0 ? (
        <p class="hint">{ft("walk.empty")}</p>
      ) : (
        <Steps frame={frame} />
      )}
    </section>
  );
}

function Steps({ frame }: { readonly frame: FrameRecord }): JSX.Element {
  const lines = useMemo(() => walkOf(frame), [frame]);
  const steps = Math.min(frame.raw.length, maxWalk);
  const done = useSignal(steps);
  const id = useId();
  const go = (to: number): void => {
    done.value = Math.max(0, Math.min(steps, to));
  };
  const here = lines.flat()[done.value - 1];
  return (
    <>
      <div class="walk-lines" translate={false}>
        {lines.map((line, i) => (
          <WalkLine key={i} line={line} done={done.value} />
        ))}
      </div>
      {frame.raw.length > maxWalk && (
        <p class="hint">{ft("walk.more", { count: formatCount(maxWalk) })}</p>
      )}
      <div class="walk-steps">
        <label for={id}>{ft("walk.step")}</label>
        <input
          id={id}
          type="range"
          min={0}
          max={steps}
          value={done.value}
          aria-valuetext={here === undefined ? ft("walk.none") : sumWords(here, steps)}
          onInput={({ currentTarget }) => go(Number(currentTarget.value))}
        />
        <button type="button" class="button small" onClick={() => go(0)}>
          {ft("walk.start")}
        </button>
        <button
          type="button"
          class="button small"
          aria-disabled={done.value === 0}
          onClick={() => go(done.value - 1)}
        >
          {ft("walk.back")}
        </button>
        <button
          type="button"
          class="button small"
          aria-disabled={done.value === steps}
          onClick={() => go(done.value + 1)}
        >
          {ft("walk.next")}
        </button>
      </div>
      <BitSum here={here} steps={steps} />
      <p class="walk-reads">
        {ft("walk.reads")}: <output dir="auto">{plainSoFar(lines, done.value)}</output>
      </p>
    </>
  );
}

const sumWords = ({ at, wire, key, plain }: WalkByte, steps: number): string =>
  `${ft("walk.stepOf", { step: formatCount(at + 1), steps: formatCount(steps) })}: ${ft(
    "bytes.sum",
    {
      wire: hex(wire),
      key: hex(key),
      plain: hex(plain),
    },
  )} ${ascii(plain)}`;

/** Eight bytes and what becomes of them. */
function WalkLine({
  line,
  done,
}: {
  readonly line: readonly WalkByte[];
  readonly done: number;
}): JSX.Element {
  const row = (kind: "wire" | "key" | "plain"): JSX.Element => (
    <tr class={`walk-${kind}`}>
      <th scope="row">{ft(`walk.${kind}`)}</th>
      {line.map((byte) => {
        const hidden = kind === "plain" && byte.at >= done;
        return (
          <td key={byte.at} class={byte.at === done - 1 ? "here" : ""}>
            {hidden ? "··" : hex(byte[kind])}
          </td>
        );
      })}
      <td class="walk-text">
        {kind !== "key" &&
          line
            .map((byte) => (kind === "plain" && byte.at >= done ? "·" : ascii(byte[kind])))
            .join("")}
      </td>
    </tr>
  );
  return (
    <table class="walk-line">
      <tbody>
        {row("wire")}
        {row("key")}
        {row("plain")}
      </tbody>
    </table>
  );
}

/** The last byte, bit by bit. */
function BitSum({
  here,
  steps,
}: {
  readonly here: WalkByte | undefined;
  readonly steps: number;
}): JSX.Element {
  if (here === undefined) return <p class="walk-bits muted">{ft("walk.none")}</p>;
  const { at, wire, key, plain } = here;
  const line = (byte: number, name: string, says = ""): JSX.Element => (
    <span class="bit-line">
      <span class="muted">{name}</span>
      <span class="bits">{`${binary(byte).slice(0, 4)} ${binary(byte).slice(4)}`}</span>
      <span>{hex(byte)}</span>
      <span class="muted">{says}</span>
    </span>
  );
  return (
    <p class="walk-bits" translate={false}>
      <span class="muted">
        {ft("walk.stepOf", { step: formatCount(at + 1), steps: formatCount(steps) })}
      </span>
      {line(wire, ft("walk.wire"))}
      {line(key, ft("walk.key"), ft("walk.key.byte", { n: formatCount((at % 4) + 1) }))}
      {line(plain, ft("walk.plain"), plain >= 32 && plain < 127 ? `“${ascii(plain)}”` : "")}
    </p>
  );
}
