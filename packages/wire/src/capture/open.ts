import { noBytes, concat, toHex, toLatin1 } from "../bytes.ts";
import { createJsonlReader, type PieceReader } from "../jsonl.ts";
import { createHarReader } from "./har-read.ts";
import { createCaptureReader, type CaptureReaderOptions } from "./read.ts";

/** The forms of captures that are read here. */
export type CaptureFormat = "jsonl" | "har" | "pcapng" | "pcap";

/** A file that has not told by then what it is will not. */
const enough = 1024;

const magic: Readonly<Record<string, CaptureFormat>> = {
  "0a0d0d0a": "pcapng",
  a1b2c3d4: "pcap",
  d4c3b2a1: "pcap",
  a1b23c4d: "pcap",
  "4d3cb2a1": "pcap",
};

/** What a file is, by its first bytes; `undefined` where they are too few, or of nothing known here. */
export function captureFormat(beginning: Uint8Array): CaptureFormat | undefined {
  const packets = magic[toHex(beginning.subarray(0, 4))];
  if (packets !== undefined) return packets;
  const text = toLatin1(beginning.subarray(0, enough)).replace(/^\xef\xbb\xbf/, "");
  // HAR is one object with a "log", laid out in any way; a record of ours has its own names.
  const first = /^\s*\{\s*"(.{4})/.exec(text)?.[1];
  if (first === undefined) return undefined;
  return first === 'log"' ? "har" : "jsonl";
}

/** Reads a capture file of any known form, see {@link captureFormat}. */
export function createFileReader(options: CaptureReaderOptions): PieceReader<Uint8Array> {
  let beginning = noBytes;
  let reader: PieceReader<Uint8Array> | undefined;
  let unknown = false;

  const begin = (ended: boolean): void => {
    const format = captureFormat(beginning);
    if (format === undefined) {
      if (!ended && beginning.length < enough) return;
      unknown = true;
      const says = "not a capture: known are JSON Lines of wsecho, HAR, pcapng and pcap";
      options.problem({ at: 0, says });
    } else {
      const packets = format === "pcapng" || format === "pcap";
      reader = packets ? createCaptureReader(options) : fromText(format, options);
      reader.push(beginning);
    }
    beginning = noBytes;
  };

  return {
    push(piece) {
      if (unknown) return;
      if (reader !== undefined) {
        reader.push(piece);
        return;
      }
      beginning = concat([beginning, piece]);
      begin(false);
    },
    end() {
      if (reader === undefined && !unknown) begin(true);
      reader?.end();
    },
  };
}

function fromText(format: "har" | "jsonl", options: CaptureReaderOptions): PieceReader<Uint8Array> {
  const reader = format === "har" ? createHarReader(options) : createJsonlReader(options);
  // A character may be cut in two by the pieces.
  const decoder = new TextDecoder();
  return {
    push: (piece) => reader.push(decoder.decode(piece, { stream: true })),
    end() {
      reader.push(decoder.decode());
      reader.end();
    },
  };
}
