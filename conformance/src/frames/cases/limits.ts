import {
  aBinaryEcho,
  anEcho,
  binary,
  cut,
  expects,
  send,
  sendChopped,
  text,
  type FrameCase,
  type Step,
} from "../script.ts";

const kib = 1024;
const mib = 1024 * kib;
const sizes = [64 * kib, 256 * kib, mib, 4 * mib, 8 * mib, 16 * mib];
const fragmentSizes = [
  ...[64, 256, kib, 4 * kib, 16 * kib],
  ...[64 * kib, 256 * kib, mib, 4 * mib],
];
const chops = [64, 128, 256, 512, kib, 2 * kib];
const roundTrips = [0, 16, 64, 256, kib, 4 * kib];

const kinds = [
  { kind: "text", byte: "*", message: text, echo: anEcho },
  { kind: "binary", byte: "\u007f", message: binary, echo: aBinaryEcho },
] as const;

const named = (bytes: number): string =>
  bytes >= mib ? `${bytes / mib} MiB` : bytes >= kib ? `${bytes / kib} KiB` : `${bytes} bytes`;

/**
 * Large messages, many fragments, many segments, many messages. What a server takes is its own
 * decision, so one that refuses them is not wrong.
 */
export const limitCases: readonly FrameCase[] = kinds.flatMap(
  ({ kind, byte, message, echo }, k) => {
    const heavy = (
      id: string,
      title: string,
      number: string,
      steps: () => readonly Step[],
    ): FrameCase => ({
      id: `${kind}-${id}`,
      title: `${kind}: ${title}`,
      section: "5.4",
      autobahn: [number],
      heavy: true,
      unwrapped: true,
      steps,
    });
    const payload = (size: number): Buffer => Buffer.alloc(size, byte);
    return [
      ...sizes.map((size, i) =>
        heavy(
          `large-${size}`,
          `a message of ${named(size)} comes back`,
          `9.${k + 1}.${i + 1}`,
          () => [send(message(payload(size))), expects(echo(payload(size)))],
        ),
      ),
      ...fragmentSizes.map((size, i) =>
        heavy(
          `fragments-of-${size}`,
          `4 MiB in fragments of ${named(size)} come back`,
          `9.${k + 3}.${i + 1}`,
          () => [send(...cut(message, payload(4 * mib), size)), expects(echo(payload(4 * mib)))],
        ),
      ),
      ...chops.map((size, i) =>
        heavy(
          `chops-of-${size}`,
          `1 MiB in segments of ${named(size)} comes back`,
          `9.${k + 5}.${i + 1}`,
          () => [sendChopped(size, message(payload(mib))), expects(echo(payload(mib)))],
        ),
      ),
      ...roundTrips.map((size, i) =>
        heavy(
          `round-trips-${size}`,
          `1000 messages of ${named(size)} come back, one after the other`,
          `9.${k + 7}.${i + 1}`,
          () =>
            Array.from({ length: 1000 }, () => [
              send(message(payload(size))),
              expects(echo(payload(size))),
            ]).flat(),
        ),
      ),
    ];
  },
);
