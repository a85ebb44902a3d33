// `pnpm --filter @wsecho/bench run wire`: how fast the decoder reads, beside a plain copy.
import { createHash } from "node:crypto";
import { deflateRawSync, constants } from "node:zlib";
import { createDecoder, encodeHeader, mask, type Direction } from "@wsecho/wire";

const rounds = Number(process.argv[2] ?? 7);
const total = 16 * 1_048_576;
/** What a socket hands over at once. */
const chunkBytes = 65_536;

interface Workload {
  readonly name: string;
  readonly dir: Direction;
  readonly stream: Buffer;
  /** Payload after inflation. */
  readonly plain: number;
}

const handshake =
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";

function frames(size: number, masked: boolean, deflate = false): Omit<Workload, "name"> {
  // As compressible as chat is, to about a third, and not one line over and over.
  const lines = Array.from({ length: Math.ceil(size / 64) }, (_, i) => {
    const word = createHash("md5").update(`line ${i}`).digest("base64url").slice(0, 12);
    return `{"type":"submit","id":${1000 + i},"text":"the quick brown fox ${word}"} `;
  });
  const text = Buffer.from(lines.join("")).subarray(0, size);
  const body = deflate
    ? deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
    : text;
  const parts: Uint8Array[] = [];
  let plain = 0;
  for (let i = 0, bytes = 0; bytes < total / (deflate ? 8 : 1); i++) {
    const key = masked ? createHash("md5").update(String(i)).digest().subarray(0, 4) : null;
    const fields = { fin: 1 as const, rsv: deflate ? 4 : 0, op: 1, masked, len: body.length };
    const frame = [encodeHeader(fields), ...(key === null ? [] : [key]), mask(body, key)];
    parts.push(...frame);
    for (const part of frame) bytes += part.length;
    plain += size;
  }
  return { dir: masked ? "c2s" : "s2c", stream: Buffer.concat(parts), plain };
}

const sizes = [
  ["32 B", 32],
  ["1 KiB", 1024],
  ["64 KiB", 65_536],
] as const;
const workloads: readonly Workload[] = [false, true].flatMap((deflate) =>
  [true, false].flatMap((masked) =>
    sizes.map(([size, bytes]) => ({
      name: `${masked ? "client" : "server"}, ${size} texts${deflate ? ", deflated" : ""}`,
      ...frames(bytes, masked, deflate),
    })),
  ),
);

/** Seconds of CPU that `take` needs for all chunks: the clock on the wall counts others' work too. */
function time(stream: Buffer, take: (chunk: Buffer) => void): number {
  const before = process.cpuUsage();
  for (let at = 0; at < stream.length; at += chunkBytes) take(stream.subarray(at, at + chunkBytes));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function decodeAll({ dir, stream }: Workload): {
  readonly seconds: number;
  readonly records: number;
} {
  let records = 0;
  const emit = (): void => {
    records += 1;
  };
  const decoder = createDecoder({ emit, start: dir === "c2s" ? "frames" : "handshake" });
  if (dir === "s2c") decoder.push("s2c", Buffer.from(handshake), 0);
  const seconds = time(stream, (chunk) => decoder.push(dir, chunk, 0));
  return { seconds, records };
}

let copied = 0;
const copyAll = (stream: Buffer): number =>
  time(stream, (chunk) => {
    copied += Buffer.from(chunk).length;
  });

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const mebibytes = (bytes: number, seconds: number): string =>
  (bytes / 1_048_576 / seconds).toFixed(0).padStart(7);

console.log(`${"MiB/s on the wire".padEnd(32)}   decode      copy   of a copy   records/s`);
for (const workload of workloads) {
  const decoded: number[] = [];
  const copies: number[] = [];
  let records = 0;
  // Interleaved, so that what else runs here slows both; the first round warms the compiler.
  for (let round = 0; round <= rounds; round++) {
    const one = decodeAll(workload);
    const copy = copyAll(workload.stream);
    ({ records } = one);
    if (round > 0) {
      decoded.push(one.seconds);
      copies.push(copy);
    }
  }
  const seconds = median(decoded);
  const { length } = workload.stream;
  const share = `${((median(copies) / seconds) * 100).toFixed(1)} %`.padStart(10);
  const perSecond = Math.round(records / seconds)
    .toLocaleString("en")
    .padStart(11);
  const inflated =
    workload.plain > length ? `  inflated ${mebibytes(workload.plain, seconds).trim()} MiB/s` : "";
  console.log(
    `${workload.name.padEnd(32)} ${mebibytes(length, seconds)}   ${mebibytes(length, median(copies))} ${share} ${perSecond}${inflated}`,
  );
}
if (copied === 0) throw new Error("nothing was copied");
