import { Option, type Command } from "commander";

/** What `decode` takes. */
export interface DecodeOptions {
  readonly filter?: string;
  readonly bytes?: boolean;
  readonly json?: boolean;
  readonly reveal?: boolean;
  /** `false`: each ping and pong on a line of its own. */
  readonly fold: boolean;
}

/** What `convert` takes. */
export interface ConvertOptions {
  readonly to?: "jsonl" | "pcapng" | "har";
  readonly filter?: string;
  readonly reveal?: boolean;
  readonly force?: boolean;
}

/** A command about bytes and captures that are there. */
export type WireInvocation =
  | { readonly kind: "explain"; readonly bytes: readonly string[] }
  | { readonly kind: "decode"; readonly files: readonly string[]; readonly options: DecodeOptions }
  | {
      readonly kind: "convert";
      readonly from: string;
      readonly to: string;
      readonly options: ConvertOptions;
    };

export const filterOption = (): Option =>
  new Option(
    "-f, --filter <expression>",
    "such as 'op:ping dir:c2s len>1k /regex/', or with Wireshark's names",
  );
export const noFoldOption = (): Option =>
  new Option("--no-fold", "show each ping and pong, rather than their number");
export const revealOption = (): Option =>
  new Option("--reveal", "show passwords, tokens and cookies; stamped in the file");

const explainExamples = `
Examples:
  $ wsecho explain 81 85 37 fa 21 3d 7f 9f 4d 51 58   a masked text: “Hello”
  $ wsecho explain 880203e8                           a close with 1000
  $ wsecho explain 4408                               a close code; as bytes: 44 08, or 0x4408
  $ xxd -p frame.bin | wsecho explain`;

const decodeExamples = `
Examples:
  $ wsecho decode capture.pcapng
  $ wsecho decode --filter 'op:text dir:c2s len>1k' -b capture.jsonl
  $ tail -f capture.jsonl | wsecho decode -
  $ wsecho decode --json capture.har > records.jsonl`;

const convertExamples = `
Examples:
  $ wsecho convert capture.jsonl capture.pcapng       for Wireshark
  $ wsecho convert capture.pcapng capture.har         for a browser's tools
  $ wsecho convert --to jsonl -f 'conn:2' capture.har - | less`;

/** Adds `explain`, `decode` and `convert`. */
export function addWireCommands(program: Command, invoke: (wire: WireInvocation) => void): void {
  program
    .command("explain")
    .description("take the bytes of a frame apart, or say what a close code means")
    .argument(
      "[bytes...]",
      "hex digits as you have them, or four digits of a close code; without any the input is read",
    )
    .addHelpText("after", explainExamples)
    .action((bytes: readonly string[]) => invoke({ kind: "explain", bytes }));
  program
    .command("decode")
    .description("show the frames of captures: JSON Lines, pcapng, pcap, HAR")
    .argument("<file...>", "captures, - for the input, which may still be growing")
    .addOption(filterOption())
    .option("-b, --bytes", "take each frame apart, bit by bit")
    .option("--json", "print records as JSON Lines")
    .addOption(noFoldOption())
    .addOption(revealOption())
    .addHelpText("after", decodeExamples)
    .action((files: readonly string[], options: DecodeOptions) =>
      invoke({ kind: "decode", files, options }),
    );
  program
    .command("convert")
    .description("write a capture anew as JSON Lines, pcapng (for Wireshark) or HAR (for browsers)")
    .argument("<in>", "a capture, - for the input")
    .argument("<out>", "a file that ends in .jsonl, .pcapng or .har; - for the output, with --to")
    .addOption(
      new Option("--to <format>", "instead of what the name ends in").choices([
        "jsonl",
        "pcapng",
        "har",
      ]),
    )
    .addOption(filterOption())
    .option("--force", "write over a file that is there")
    .addOption(revealOption())
    .addHelpText("after", convertExamples)
    .action((from: string, to: string, options: ConvertOptions) =>
      invoke({ kind: "convert", from, to, options }),
    );
}
