export { createDecoder, type Decoder, type DecoderOptions } from "./decoder.ts";
