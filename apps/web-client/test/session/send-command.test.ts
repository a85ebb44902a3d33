import { execFile, execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { sendCommand } from "../../src/session/send-command.ts";
import type { Target } from "../../src/session/target.ts";
import { startAnyServer } from "../support/any-server.ts";

const target: Target = {
  ...{ url: "ws://127.0.0.1:5678/?token=s3cret", dialect: "v1", protocols: [] },
  ...{ method: "password", username: "ada l" },
};

const text = (value: string) => ({ kind: "text", text: value }) as const;

/** The terminal client, from its source. */
const main = fileURLToPath(new URL("../../../cli-client/src/main.ts", import.meta.url));
const wsecho = `'${process.execPath}' --conditions=@wsecho/source '${main}'`;

describe("the terminal's command for a message", () => {
  it("is what a shell reads as the message and the address, without secrets", () => {
    const text = 'it\'s $HOME `id` \\ "x" %s 你好';
    const command = sendCommand(target, { kind: "text", text });
    const script = `wsecho() { cat; printf '%s|' "$@"; }\n${command}`;
    const said = execFileSync("sh", ["-c", script], { encoding: "utf8" });
    expect(said).toBe(`${text}\nconnect|ws://127.0.0.1:5678/?token=***|--user|ada l|`);
  });

  it.each([
    ["several lines", text("one\ntwo 'quoted' $HOME\r\n\u0000end")],
    ["one line", text('it\'s `id` "x" %s 你好')],
    ["nothing", text("")],
    ["bytes", { kind: "binary", data: Uint8Array.of(0, 10, 13, 39, 255) }],
    ["no bytes", { kind: "binary", data: new Uint8Array(0) }],
  ] as const)("sends the same from a real shell: %s", async (_, payload) => {
    const came: (readonly [boolean, string])[] = [];
    await using server = await startAnyServer((socket, data, isBinary) => {
      came.push([isBinary, data.toString("hex")]);
      socket.send("answer");
    });
    const command = sendCommand(
      { ...target, url: server.url, dialect: "raw", username: "" },
      payload,
    );
    await promisify(execFile)("sh", ["-c", `wsecho() { ${wsecho} "$@"; }\n${command} --count 1`]);
    const data = payload.kind === "text" ? Buffer.from(payload.text) : Buffer.from(payload.data);
    expect(came).toEqual([[payload.kind === "binary", data.toString("hex")]]);
  });

  it("speaks a subprotocol that was chosen, and logs in where there is a login", () => {
    const own = { ...target, url: "ws://127.0.0.1:5678/" };
    const raw = { ...own, dialect: "raw" as const, username: "", protocols: ["a", "b"] };
    expect(sendCommand(raw, text("x"))).toBe(
      "printf '%s\\n' x | wsecho connect ws://127.0.0.1:5678 --dialect none --subprotocol a --subprotocol b",
    );
    expect(sendCommand(own, { kind: "binary", data: Uint8Array.of(1) })).toBe(
      "printf '%s\\n' 'AQ==' | wsecho connect ws://127.0.0.1:5678 --user 'ada l' --input base64",
    );
  });
});
