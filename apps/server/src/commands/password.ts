import type { ReadStream } from "node:tty";
import { failure, success, type Result } from "@wsecho/protocol";

/** More than any password (PROTOCOL.md section 3); a pipe that never ends must end. */
const maxBytes = 64 * 1024;

/**
 * A password, from a pipe where `--password-stdin` says so, else typed twice by a person, unseen.
 * Never from an argument: every user of the machine can read those.
 */
export async function readNewPassword(fromStdin: boolean): Promise<Result<string, string>> {
  if (fromStdin) return readPiped();
  const { stdin } = process;
  if (!stdin.isTTY)
    return failure("there is nobody to ask for the password; pipe it in, with --password-stdin");
  const first = await askHidden(stdin, "New password: ");
  if (!first.ok) return first;
  const second = await askHidden(stdin, "The same again: ");
  if (!second.ok) return second;
  return first.value === second.value ? first : failure("the two passwords differ");
}

async function readPiped(): Promise<Result<string, string>> {
  if (process.stdin.isTTY)
    process.stderr.write("wsecho-server: reading the password from standard input\n");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) return failure("what came on standard input is too long for a password");
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    return failure("the password on standard input is not UTF-8");
  }
  // What `echo` and editors add.
  const password = text.replace(/\r?\n$/, "");
  return /[\r\n]/.test(password)
    ? failure("there is more than one line on standard input; pipe in the password alone")
    : success(password);
}

/** Reads one line that is not shown. */
function askHidden(input: ReadStream, question: string): Promise<Result<string, string>> {
  return new Promise((resolve) => {
    let typed: string[] = [];
    // Before the question: who is fast must not be seen either.
    input.setRawMode(true);
    input.setEncoding("utf8");
    process.stderr.write(question);
    const finish = (result: Result<string, string>): void => {
      input.off("data", take);
      input.setRawMode(false);
      input.pause();
      process.stderr.write("\n");
      resolve(result);
    };
    const take = (text: string): void => {
      let read = 0;
      for (const character of text) {
        read += character.length;
        switch (character) {
          case "\r":
          case "\n":
            finish(success(typed.join("")));
            // Who pastes both lines, or is fast, answers the next question with it.
            if (read < text.length) input.unshift(text.slice(read));
            return;
          case "\x03": // Ctrl-C
          case "\x04": // Ctrl-D
            finish(failure("nothing was changed"));
            return;
          case "\x7f":
          case "\b":
            typed.pop();
            break;
          case "\x15": // Ctrl-U
            typed = [];
            break;
          default:
            typed.push(character);
        }
      }
    };
    input.on("data", take);
    input.resume();
  });
}
