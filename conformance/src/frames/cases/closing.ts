import {
  aBinaryEcho,
  aClose,
  aFailure,
  anEcho,
  aPong,
  binary,
  close,
  continuation,
  expects,
  ping,
  rawClose,
  send,
  text,
  type FrameCase,
} from "../script.ts";

/** Codes that an endpoint may send: defined by the RFC, registered since, or free for use. */
const validCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const registeredCodes = [1012, 1013, 1014];
/** Never to be sent, or nobody's (section 7.4). */
const invalidCodes = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];
/** Beyond every range: what to do is not said, so a server may take them or refuse. */
const strangeCodes = [5000, 65_535];

const longReason = "*".repeat(123);

const codeCases: readonly FrameCase[] = [
  ...validCodes.map((code, i): FrameCase => valid(code, [`7.7.${i + 1}`])),
  ...registeredCodes.map((code): FrameCase => valid(code)),
  ...invalidCodes.map((code, i): FrameCase => invalid(code, [`7.9.${i + 1}`])),
  // TLS failed: like 1005 and 1006, only ever made up by the receiver.
  invalid(1015),
  ...strangeCodes.map((code, i): FrameCase => ({
    id: `close-${code}`,
    title: `a close with ${code} is answered or fails`,
    section: "7.4.2",
    autobahn: [`7.13.${i + 1}`],
    steps: () => [send(close(code)), expects(aClose(code, 1000, 1002))],
  })),
];

function valid(code: number, autobahn?: readonly string[]): FrameCase {
  return {
    id: `close-${code}`,
    title: `a close with ${code} is answered with the same, and TCP ends`,
    section: "5.5.1",
    ...(autobahn === undefined ? {} : { autobahn }),
    steps: () => [send(close(code)), expects(aClose(code))],
  };
}

function invalid(code: number, autobahn?: readonly string[]): FrameCase {
  return {
    id: `close-${code}`,
    title: `a close with ${code}, which nobody may send, fails`,
    section: "7.4.1",
    ...(autobahn === undefined ? {} : { autobahn }),
    steps: () => [send(close(code)), expects(aFailure(1002))],
  };
}

/** The closing handshake (section 7). */
export const closingCases: readonly FrameCase[] = [
  {
    id: "close-after-text",
    title: "a text before the close is answered first",
    section: "5.5.1",
    autobahn: ["7.1.1"],
    steps: () => [send(text("Hello"), close(1000)), expects(anEcho("Hello"), aClose(1000))],
  },
  {
    id: "close-twice",
    title: "a second close frame changes nothing",
    section: "5.5.1",
    autobahn: ["7.1.2"],
    steps: () => [send(close(1000), close(1000)), expects(aClose(1000))],
  },
  {
    id: "close-then-ping",
    title: "a ping behind the close is not answered",
    section: "5.5.2",
    autobahn: ["7.1.3"],
    steps: () => [send(close(1000), ping("late")), expects(aClose(1000))],
  },
  {
    id: "ping-then-close",
    title: "a ping before the close is answered",
    section: "5.5.2",
    steps: () => [send(ping("first"), close(1000)), expects(aPong("first"), aClose(1000))],
  },
  {
    id: "close-after-failure",
    title: "a close frame behind what has failed is not answered once more",
    section: "7.1.7",
    steps: () => [send(text("Hello", { rsv: 1 }), close(3000)), expects(aFailure(1002))],
  },
  {
    id: "close-then-text",
    title: "a text behind the close is not answered",
    section: "5.5.1",
    autobahn: ["7.1.4"],
    steps: () => [send(close(1000), text("late")), expects(aClose(1000))],
  },
  {
    id: "close-inside-message",
    title: "a close between two fragments ends the connection, the message is given up",
    section: "5.4",
    autobahn: ["7.1.5"],
    steps: () => [
      send(text("fragment1", { fin: false }), close(1000), continuation("fragment2")),
      expects(aClose(1000)),
    ],
  },
  {
    id: "close-after-256k",
    title: "a message of 256 KiB before the close is answered first",
    section: "5.5.1",
    autobahn: ["7.1.6"],
    steps: () => {
      const payload = Buffer.alloc(256 * 1024, "BAsd7&jh23");
      return [
        send(binary(payload), text("Hello"), close(1000), ping("late")),
        expects(aBinaryEcho(payload), anEcho("Hello"), aClose(1000)),
      ];
    },
  },
  {
    id: "close-then-garbage",
    title: "bytes behind the close are ignored, whatever they are",
    section: "5.5.1",
    steps: () => [
      send(close(1000), { opcode: 15, rsv: 7, payload: Buffer.alloc(1000, 255), mask: null }),
      expects(aClose(1000)),
    ],
  },
  {
    id: "close-empty",
    title: "a close frame without payload is answered, and TCP ends",
    section: "5.5.1",
    autobahn: ["7.3.1"],
    steps: () => [send(rawClose()), expects(aClose(null, 1000))],
  },
  {
    id: "close-one-byte",
    title: "a close frame of one byte fails",
    section: "5.5.1",
    autobahn: ["7.3.2"],
    steps: () => [send(rawClose("a")), expects(aFailure(1002))],
  },
  {
    id: "close-code-only",
    title: "a close frame with a code alone is answered",
    section: "5.5.1",
    autobahn: ["7.3.3"],
    steps: () => [send(close(1000)), expects(aClose(1000))],
  },
  {
    id: "close-reason",
    title: "a close frame with a reason is answered",
    section: "7.1.6",
    autobahn: ["7.3.4"],
    steps: () => [send(close(1000, "Hello, world! ✓")), expects(aClose(1000))],
  },
  {
    id: "close-longest-reason",
    title: "a close frame with a reason of 123 bytes is answered",
    section: "5.5",
    autobahn: ["7.3.5"],
    steps: () => [send(close(1000, longReason)), expects(aClose(1000))],
  },
  {
    id: "close-bad-reason",
    title: "a close frame whose reason is not UTF-8 fails",
    section: "5.5.1",
    autobahn: ["7.5.1"],
    steps: () => [
      send(close(1000, Buffer.from("cebae1bdb9cf83cebcceb5eda080656469746564", "hex"))),
      expects(aFailure(1007, 1002)),
    ],
  },
  {
    id: "close-cut-reason",
    title: "a close frame whose reason ends inside a character fails",
    section: "5.5.1",
    steps: () => [
      send(close(1000, Buffer.from("Hello ✓").subarray(0, -1))),
      expects(aFailure(1007, 1002)),
    ],
  },
  ...codeCases,
];
