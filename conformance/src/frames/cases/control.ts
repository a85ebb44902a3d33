import {
  aFailure,
  anEcho,
  aPong,
  aPongAtLast,
  expects,
  ping,
  pong,
  rawClose,
  send,
  sendChopped,
  text,
  type FrameCase,
} from "../script.ts";

const notText = Buffer.of(0, 255, 254, 253, 252, 251, 0, 255);
const longest = Buffer.alloc(125, 0xfe);
const ten = Array.from({ length: 10 }, (_, i) => `payload-${i}`);
const hundred = Array.from({ length: 100 }, (_, i) => `ping ${i}`);

/** Pings and pongs (sections 5.5.2 and 5.5.3), and what all control frames have to keep to. */
export const controlCases: readonly FrameCase[] = [
  {
    id: "ping-empty",
    title: "a ping without payload is answered",
    section: "5.5.2",
    autobahn: ["2.1"],
    steps: () => [send(ping()), expects(aPong())],
  },
  {
    id: "ping-text",
    title: "a pong repeats the payload of its ping",
    section: "5.5.3",
    autobahn: ["2.2"],
    steps: () => [send(ping("Hello, world!")), expects(aPong("Hello, world!"))],
  },
  {
    id: "ping-binary",
    title: "a pong repeats a payload that is no text",
    section: "5.5.3",
    autobahn: ["2.3"],
    steps: () => [send(ping(notText)), expects(aPong(notText))],
  },
  {
    id: "ping-125",
    title: "a ping may have 125 bytes",
    section: "5.5",
    autobahn: ["2.4"],
    steps: () => [send(ping(longest)), expects(aPong(longest))],
  },
  {
    id: "ping-125-chopped",
    title: "a ping of 125 bytes may come one byte at a time",
    section: "5.5",
    autobahn: ["2.6"],
    steps: () => [sendChopped(1, ping(longest)), expects(aPong(longest))],
  },
  {
    id: "ping-126",
    title: "a ping of 126 bytes fails",
    section: "5.5",
    autobahn: ["2.5"],
    steps: () => [send(ping(Buffer.alloc(126, 0xfe))), expects(aFailure(1002))],
  },
  {
    id: "ping-65536",
    title: "a ping of 65536 bytes fails",
    section: "5.5",
    steps: () => [send(ping(Buffer.alloc(65_536))), expects(aFailure(1002))],
  },
  {
    id: "pong-126",
    title: "a pong of 126 bytes fails",
    section: "5.5",
    steps: () => [send(pong(Buffer.alloc(126, 0xfe))), expects(aFailure(1002))],
  },
  {
    id: "close-126",
    title: "a close frame of 126 bytes fails",
    section: "5.5",
    autobahn: ["7.3.6"],
    steps: () => [
      send(rawClose(Buffer.concat([Buffer.of(3, 232), Buffer.alloc(124, 0x2a)]))),
      expects(aFailure(1002)),
    ],
  },
  {
    id: "pong-unasked-empty",
    title: "a pong that nobody asked for is ignored",
    section: "5.5.3",
    autobahn: ["2.7"],
    steps: () => [send(pong(), text("still here")), expects(anEcho("still here"))],
  },
  {
    id: "pong-unasked",
    title: "a pong that nobody asked for is ignored, with its payload",
    section: "5.5.3",
    autobahn: ["2.8"],
    steps: () => [send(pong("unasked"), text("still here")), expects(anEcho("still here"))],
  },
  {
    id: "pong-then-ping",
    title: "a ping behind an unasked pong is answered with its own payload",
    section: "5.5.3",
    autobahn: ["2.9"],
    steps: () => [send(pong("unasked"), ping("asked")), expects(aPong("asked"))],
  },
  {
    id: "pings-10",
    title: "ten pings are answered in their order",
    section: "5.5.2",
    autobahn: ["2.10"],
    steps: () => [
      send(...ten.map((each) => ping(each))),
      expects(...ten.map((each) => aPong(each))),
    ],
  },
  {
    id: "pings-10-chopped",
    title: "ten pings are answered that come one byte at a time",
    section: "5.5.2",
    autobahn: ["2.11"],
    steps: () => [
      sendChopped(1, ...ten.map((each) => ping(each))),
      expects(...ten.map((each) => aPong(each))),
    ],
  },
  {
    id: "pings-100",
    title: "the last of a hundred pings at once is answered, and the connection lives",
    section: "5.5.3",
    // Only the last must be: an endpoint may answer the newest for all before it.
    steps: () => [
      send(...hundred.map((each) => ping(each)), text("still here")),
      expects(anEcho("still here"), aPongAtLast("ping 99")),
    ],
  },
  {
    id: "ping-fragmented",
    title: "a ping in two fragments fails",
    section: "5.5",
    autobahn: ["5.1"],
    steps: () => [send(ping("a", { fin: false }), ping("b")), expects(aFailure(1002))],
  },
  {
    id: "pong-fragmented",
    title: "a pong in two fragments fails",
    section: "5.5",
    autobahn: ["5.2"],
    steps: () => [send(pong("a", { fin: false }), pong("b")), expects(aFailure(1002))],
  },
  {
    id: "close-fragmented",
    title: "a close frame in two fragments fails",
    section: "5.5",
    steps: () => [send(rawClose(Buffer.of(3, 232), { fin: false })), expects(aFailure(1002))],
  },
];
