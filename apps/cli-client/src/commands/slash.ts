import { failure, success, type Result } from "@wsecho/protocol";
import { parseBytes, wrongControl, type Outgoing } from "../input/framing.ts";
import { readMessageFile, readPattern } from "./plan.ts";

/** What a line at the prompt asks for. */
export type Command =
  | { readonly kind: "send"; readonly message: Outgoing; readonly times: number }
  | { readonly kind: "reconnect" }
  /** `null` ends the recording. */
  | { readonly kind: "record"; readonly path: string | null }
  | { readonly kind: "expect"; readonly pattern: RegExp; readonly seconds: number }
  | { readonly kind: "headers" | "stats" | "help" };

/** For `/help`, in the order in which it shows them. */
export const commandHelp = [
  "/ping [TEXT]              send a ping and show its pong (125 bytes at most)",
  "/pong [TEXT]              send a pong that nobody asked for",
  "/close [CODE] [REASON]    close, with 1000 or 3000 to 4999",
  "/bin HEX, /bin64 BASE64   send a binary message",
  "/file PATH                send a file; binary where it is no UTF-8",
  "/repeat N TEXT            send a text N times (1000 at most)",
  "/reconnect                leave, and come back, with the login again",
  "/record PATH|off          write the events to a file from now on; only you can read it",
  "/expect REGEX [SECONDS]   say whether a message matches in time (30 s); if not, the end is 10;",
  "                          a number at its end is the seconds: \\s5 in place of a blank and a 5",
  "/headers                  what the server answered at the handshake",
  "/stats                    how many messages and bytes went and came",
  "//TEXT                    send a text that begins with a slash",
].join("\n");

const maxRepeats = 1000;
/** A day. */
const maxSeconds = 86_400;

/** Reads a line; what is wrong with it is said, and nothing is sent. */
export function readLine(line: string): Result<Command, string> {
  const say = (message: Outgoing, times = 1): Result<Command, string> => {
    const wrong = wrongControl(message);
    return wrong === null
      ? success({ kind: "send", message, times })
      : failure(`/${message.kind}: ${wrong}`);
  };
  if (!line.startsWith("/")) return say({ kind: "text", text: line });
  if (line.startsWith("//")) return say({ kind: "text", text: line.slice(1) });
  const [, name = "", rest = ""] = /^\/(\S*)\s?([^]*)$/.exec(line) ?? [];
  switch (name) {
    case "ping":
    case "pong":
      return say({ kind: name, data: Buffer.from(rest) });
    case "close": {
      const [, digits = "1000", reason = ""] = /^(\d+)?\s*([^]*)$/.exec(rest) ?? [];
      return say({ kind: name, code: Number(digits), reason });
    }
    case "bin":
    case "bin64": {
      const kind = name === "bin" ? "hex" : "base64";
      const data = parseBytes(rest, kind);
      return data === null ? failure(`/${name} needs ${kind}`) : say({ kind: "binary", data });
    }
    case "file": {
      if (rest === "") return failure("/file needs a path");
      const message = readMessageFile(rest, false, "the file");
      return message.ok ? say(message.value) : failure(`/file: ${message.error}`);
    }
    case "repeat": {
      const [, times = "", text = ""] = /^(\d+) ([^]*)$/.exec(rest) ?? [];
      return Number(times) >= 1 && Number(times) <= maxRepeats
        ? say({ kind: "text", text }, Number(times))
        : failure(`/repeat needs a number from 1 to ${maxRepeats} and a text`);
    }
    case "record":
      return rest === ""
        ? failure("/record needs a path, or off")
        : success({ kind: name, path: rest === "off" ? null : rest });
    case "expect":
      return readExpect(rest);
    case "reconnect":
    case "headers":
    case "stats":
    case "help":
      return success({ kind: name });
    default:
      return failure(`there is no /${name}; /help shows what there is, // sends a slash`);
  }
}

/** A number behind a blank at the end is the time; in a pattern a blank can be written as `\s`. */
function readExpect(rest: string): Result<Command, string> {
  const [, source = "", digits = "30"] = /^([^]*?)(?: +(\d+(?:\.\d+)?))?$/.exec(rest) ?? [];
  const seconds = Number(digits);
  if (source === "") return failure("/expect needs a pattern");
  if (seconds === 0 || seconds > maxSeconds)
    return failure(`/expect: the seconds have to be above 0, up to ${maxSeconds}`);
  const pattern = readPattern(source);
  return pattern.ok
    ? success({ kind: "expect", pattern: pattern.value, seconds })
    : failure(`/expect: ${pattern.error}`);
}
