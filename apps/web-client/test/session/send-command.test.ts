import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { sendCommand } from "../../src/session/send-command.ts";
import type { Target } from "../../src/session/target.ts";

const target: Target = {
  ...{ url: "ws://127.0.0.1:5678/?token=s3cret", dialect: "v1", protocols: [] },
  ...{ method: "password", username: "ada l" },
};

describe("the terminal's command for a message", () => {
  it("is what a shell reads as the message and the address, without secrets", () => {
    const text = 'it\'s $HOME `id` \\ "x" %s 你好';
    const command = sendCommand(target, { kind: "text", text }) ?? "";
    const script = `wsecho() { cat; printf '%s|' "$@"; }\n${command}`;
    const said = execFileSync("sh", ["-c", script], { encoding: "utf8" });
    expect(said).toBe(`${text}\nconnect|ws://127.0.0.1:5678|--user|ada l|`);
  });

  it("is none where wsecho connect has no way to send it", () => {
    expect(sendCommand(target, { kind: "text", text: "two\nlines" })).toBeNull();
    expect(sendCommand(target, { kind: "binary", data: Uint8Array.of(1) })).toBeNull();
    expect(sendCommand({ ...target, dialect: "raw" }, { kind: "text", text: "a" })).toBeNull();
  });
});
