import {
  describeFrame,
  renderFrame,
  type FrameRecord,
  type FrameRow,
  type FrameView,
} from "@wsecho/wire";
import { fits, wrapWords } from "./fit.ts";

/** Wider blocks are hard to read. */
const usual = 62;

/**
 * A frame bit by bit, and masked ⊕ key = payload.
 *
 * @param columns of the terminal, which every line fits into; `undefined` for no terminal
 */
export function renderBlock(frame: FrameRecord, columns: number | undefined): readonly string[] {
  const wide = renderFrame(viewOf(frame, 12), Math.min(columns ?? usual, usual));
  const note = frame.redacted === undefined ? [] : [notes[frame.redacted]];
  if (columns === undefined || wide.every((line) => fits(line, columns))) return [...wide, ...note];
  // Whole keys, so that the same byte of the key always stands in the same column.
  const perLine = columns >= 66 ? 12 : columns >= 50 ? 8 : 4;
  const view = viewOf(frame, perLine);
  const hexWidth = 3 * perLine - 1;
  const lines = view.rows.map((row) => describeRow(row, hexWidth));
  const text = view.text === undefined ? [] : [`text: "${view.text}"`];
  const lint = view.lint.map(({ level, says, rfc }) => `${level}: ${says} (${rfc})`);
  return [
    `── ${view.title} `.padEnd(Math.min(columns, usual), "─"),
    ...lines.flatMap((line) => wrapWords(line, columns, hexWidth + 1)),
    ...[...text, ...lint, ...note].flatMap((line) => wrapWords(line, columns, 2)),
  ];
}

const notes = {
  masked: "hidden: the wire had other bytes where stars stand",
  "re-encoded": "hidden, and encoded anew: neither length nor bytes are those of the wire",
} as const;

/** Of what is hidden only the payload as it may be shown: its bytes were never on the wire. */
function viewOf(frame: FrameRecord, perLine: number): FrameView {
  const view = describeFrame(frame, { perLine });
  if (frame.redacted === undefined) return view;
  const rows = view.rows.filter(({ kind }) => kind !== "wire" && kind !== "repeated key");
  return { ...view, rows };
}

function describeRow({ bytes, bits, says, ascii, kind }: FrameRow, hexWidth: number): string {
  const hex = Buffer.from(bytes)
    .toString("hex")
    .replace(/..(?=.)/g, "$& ");
  if (kind === "more") return says;
  const words = ascii === "" ? says : `${says.padEnd(15)} "${ascii}"`;
  return `${hex.padEnd(hexWidth)} ${bits === "" ? "" : `${bits}  `}${words}`;
}
