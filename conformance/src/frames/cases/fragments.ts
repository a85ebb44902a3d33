import {
  aBinaryEcho,
  aFailure,
  anEcho,
  aPong,
  binary,
  continuation,
  expects,
  fragments,
  ping,
  pong,
  send,
  sendChopped,
  text,
  type FrameCase,
} from "../script.ts";

const two = fragments(text, ["fragment1", "fragment2"]);
const [first = text(), second = text()] = two;
const whole = anEcho("fragment1fragment2");
const stray = continuation("nothing to continue");
const openStray = continuation("nothing to continue", { fin: false });

/** Fragments (section 5.4). The Autobahn suite tries most of them in three ways of sending. */
export const fragmentCases: readonly FrameCase[] = [
  {
    id: "fragments-2",
    title: "a text in two fragments comes back",
    section: "5.4",
    autobahn: ["5.3", "5.4", "5.5"],
    steps: () => [send(...two), expects(whole)],
  },
  {
    id: "fragments-2-frames",
    title: "a text in two fragments comes back, each in a segment",
    section: "5.4",
    autobahn: ["5.4"],
    steps: () => [send(first), send(second), expects(whole)],
  },
  {
    id: "fragments-binary",
    title: "a binary message in three fragments comes back",
    section: "5.4",
    steps: () => [
      send(...fragments(binary, [Buffer.of(0xff), Buffer.of(0, 1), Buffer.of(0x80)])),
      expects(aBinaryEcho(Buffer.of(0xff, 0, 1, 0x80))),
    ],
  },
  {
    id: "fragments-ping-between",
    title: "a ping between two fragments is answered before the message",
    section: "5.4",
    autobahn: ["5.6", "5.7", "5.8"],
    steps: () => [send(first, ping("between"), second), expects(aPong("between"), whole)],
  },
  {
    id: "fragments-pong-between",
    title: "a pong between two fragments is ignored",
    section: "5.4",
    steps: () => [send(first, pong("between"), second), expects(whole)],
  },
  {
    id: "fragments-pings-between",
    title: "pings between five fragments are answered as they come",
    section: "5.4",
    autobahn: ["5.19", "5.20"],
    steps: () => {
      const [a = first, b = first, ...rest] = fragments(text, ["1", "2", "3", "4", "5"]);
      const [c = first, d = first, e = first] = rest;
      return [
        send(a, b, ping("one")),
        expects(aPong("one")),
        send(c, d, ping("two"), e),
        expects(aPong("two"), anEcho("12345")),
      ];
    },
  },
  {
    id: "fragments-300",
    title: "a text in three hundred fragments comes back, empty ones among them",
    section: "5.4",
    steps: () => {
      const parts = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? "" : String(i % 10)));
      return [send(...fragments(text, parts)), expects(anEcho(parts.join("")))];
    },
  },
  {
    id: "fragments-two-messages",
    title: "two fragmented messages come back apart, of different types",
    section: "5.4",
    steps: () => [
      send(...fragments(text, ["te", "xt"]), ...fragments(binary, ["bin", "ary"])),
      expects(anEcho("text"), aBinaryEcho("binary")),
    ],
  },
  {
    id: "continuation-alone",
    title: "a last fragment with nothing to continue fails",
    section: "5.4",
    autobahn: ["5.9", "5.10", "5.11"],
    steps: () => [send(stray, text("after")), expects(aFailure(1002))],
  },
  {
    id: "continuation-alone-open",
    title: "a fragment with nothing to continue fails",
    section: "5.4",
    autobahn: ["5.12", "5.13", "5.14"],
    steps: () => [send(openStray, text("after")), expects(aFailure(1002))],
  },
  {
    id: "continuation-after-message",
    title: "a fragment behind a finished message fails",
    section: "5.4",
    autobahn: ["5.15"],
    steps: () => [send(...two, openStray, text("after")), expects(whole, aFailure(1002))],
  },
  {
    id: "continuation-open-first",
    title: "a fragment before a message fails, however often",
    section: "5.4",
    autobahn: ["5.16"],
    steps: () => [send(openStray, ...two, openStray, ...two), expects(aFailure(1002))],
  },
  {
    id: "continuation-last-first",
    title: "a last fragment before a message fails, however often",
    section: "5.4",
    autobahn: ["5.17"],
    steps: () => [send(stray, ...two, stray, ...two), expects(aFailure(1002))],
  },
  {
    id: "text-inside-fragments",
    title: "a text inside a fragmented text fails",
    section: "5.4",
    autobahn: ["5.18"],
    steps: () => [send(first, text("fragment2")), expects(aFailure(1002))],
  },
  {
    id: "binary-inside-fragments",
    title: "a binary message inside a fragmented text fails",
    section: "5.4",
    steps: () => [send(first, binary("other"), second), expects(aFailure(1002))],
  },
  {
    id: "fragments-auto",
    title: "a text of 65536 bytes in frames of 1300 comes back",
    section: "5.4",
    autobahn: ["10.1.1"],
    unwrapped: true,
    steps: () => {
      const parts = Array.from({ length: 51 }, (_, i) => "*".repeat(i < 50 ? 1300 : 536));
      return [send(...fragments(text, parts)), expects(anEcho("*".repeat(65_536)))];
    },
  },
  {
    id: "fragments-chopped",
    title: "a text in two fragments comes back that arrives three bytes at a time",
    section: "5.4",
    autobahn: ["5.5"],
    steps: () => [sendChopped(3, ...two), expects(whole)],
  },
];
