export { createHarReader } from "./capture/har-read.ts";
export { createHarWriter, type HarMessage } from "./capture/har-write.ts";
export { captureFormat, createFileReader, type CaptureFormat } from "./capture/open.ts";
export { createPcapngWriter } from "./capture/pcapng-write.ts";
export { createCaptureReader, type CaptureReaderOptions } from "./capture/read.ts";
export { createDecoder, type Decoder, type DecoderOptions } from "./decoder.ts";
export type { Deflate, DeflateSide } from "./extensions.ts";
export { encodeHeader, mask, opcodes, unmask, type HeaderFields } from "./frame.ts";
export { acceptFor, asksForWebSocket } from "./handshake.ts";
export { parseHead, valuesOf, type Head } from "./http.ts";
export { formatName, formatVersion, fromJson, toJson } from "./json.ts";
export {
  captureNote,
  createJsonlReader,
  createJsonlWriter,
  type PieceReader,
  type Problem,
  type ReaderOptions,
  type Writer,
  type WriterOptions,
} from "./jsonl.ts";
export { defaultWireLimits, type WireLimits } from "./limits.ts";
export { lintRules, type Lint, type LintRule } from "./lint.ts";
export type {
  CloseRecord,
  Direction,
  EditedFrame,
  FrameRecord,
  HandshakeRecord,
  Header,
  MessageRecord,
  NoteCode,
  NoteRecord,
  Redacted,
  Stamp,
  Vantage,
  WireRecord,
} from "./records.ts";
export { createRedactor, type Redactor } from "./redact.ts";
export { failure, success, type Result } from "./result.ts";
export { formatTime, parseTime } from "./time.ts";
export { explain, parseBytes } from "./explain.ts";
export { parseFilter, type Filter, type FilterError } from "./filter.ts";
export {
  describeFrame,
  renderFrame,
  safeText,
  type DescribeOptions,
  type FieldName,
  type FrameField,
  type FrameRow,
  type FrameView,
} from "./view.ts";
