import type { IncomingMessage } from "node:http";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readCurl } from "../../src/commands/curl.ts";
import { splitWords } from "../../src/curl/words.ts";
import { runProgram } from "../support/program.ts";
import { startBareServer } from "../support/servers.ts";

/** As Chromium copies the request of a WebSocket. */
const copied = (url: string): string => `curl '${url}' \\
  -H 'Upgrade: websocket' \\
  -H 'Origin: https://example.org' \\
  -H 'Cache-Control: no-cache' \\
  -H 'Accept-Language: de' \\
  -b $'id=it\\'s; theme=\\u0021' \\
  -H 'Connection: Upgrade' \\
  -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' \\
  -H 'Sec-WebSocket-Version: 13' \\
  -H 'Sec-WebSocket-Protocol: chat, superchat' \\
  -H 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits' \\
  --compressed`;

it("connects as the copied command says, from words, a text, a file and the input", async () => {
  const requests: IncomingMessage[] = [];
  await using server = await startBareServer(
    (socket) => socket.on("message", (data: Buffer) => socket.send(data.toString())),
    {
      verifyClient: ({ req }: { readonly req: IncomingMessage }) => requests.push(req) > 0,
    },
  );
  const { url } = server;
  const directory = await mkdtemp(join(tmpdir(), "wsecho-curl-"));
  try {
    const command = copied(url.replace("ws:", "http:"));
    const words = splitWords(command);
    if (!words.ok) throw new Error(words.error);
    await writeFile(join(directory, "copied"), command);
    const more = ["--execute", "hi", "--one"];
    const runs = [
      await runProgram([...words.value, ...more]),
      await runProgram(["curl", command, ...more]),
      await runProgram(["curl", `@${join(directory, "copied")}`, ...more]),
      await runProgram(["curl", "-", ...more], { input: command }),
    ];
    for (const { status, stdout, stderr } of runs) {
      expect([status, stdout]).toEqual([0, "hi\n"]);
      expect(stderr).toContain("Not needed here: curl's --compressed.");
    }
    expect(requests).toHaveLength(4);
    for (const { headers } of requests)
      expect(headers).toMatchObject({
        origin: "https://example.org",
        "cache-control": "no-cache",
        "accept-language": "de",
        cookie: "id=it's; theme=!",
        "sec-websocket-protocol": "chat,superchat",
      });
    for (const { headers } of requests) {
      expect(headers["sec-websocket-extensions"]).toContain("permessage-deflate");
      expect(headers["sec-websocket-key"]).not.toBe("dGhlIHNhbXBsZSBub25jZQ==");
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});

const args = (...words: readonly string[]): readonly string[] | string => {
  const pasted = readCurl(words);
  return pasted.ok ? pasted.value.args : pasted.error;
};

it("keeps what curl's options mean, also several letters in one word", () => {
  expect(args("-sSLk4", "-HX-A: b", "-XGET", "--url", "https://a/x?y", "-e", "https://b")).toEqual([
    "--location",
    "--insecure",
    "--ipv4",
    "--header=X-A: b",
    "--header=Referer: https://b",
    "wss://a/x?y",
  ]);
  expect(args("-u", "ada:pw", "a:1", "-H", "Empty;", "-H", "Removed:")).toEqual([
    "--auth=ada:pw",
    "--header=Empty:",
    "a:1",
  ]);
  expect(args("--oauth2-bearer", "t", "-H", "Sec-WebSocket-Protocol: wsecho.v1", "ws://a")).toEqual(
    ["--auth=t", "--auth-type=bearer", "ws://a"],
  );
});

it.each([
  [["ws://a", "--data-raw", "secret"], "curl's --data-raw sends a body"],
  [["ws://a", "-d", "secret"], "curl's -d sends a body"],
  [["ws://a", "-X", "POST"], "asks for another method"],
  [["ws://a", "--tr-encoding"], "curl's --tr-encoding is not known here"],
  [["ws://a", "--constructor"], "curl's --constructor is not known here"],
  [["ws://a", "-Z"], "curl's -Z is not known here"],
  [["ws://a", "-b", "jar.txt"], "names a file of cookies"],
  [["ws://a", "-H"], "curl's -H needs a value"],
  [["-k"], "names no URL"],
  [["ws://a", "ws://b"], "has two URLs"],
  [["@/no/such/file"], "cannot be read (ENOENT)"],
  [["curl 'ws://a"], "was all of it copied?"],
])("%j is refused in words that hold nothing secret", (words, problem) => {
  expect(args(...words)).toContain(problem);
  expect(args(...words)).not.toContain("secret");
});

it("reads what --as-curl prints, and prints the same again", async () => {
  const given = [
    ...["-H", 'X-Team: it\'s "a" $b', "-H", "Authorization: Bearer x", "-b", "id=1; theme=dark"],
    ...["-s", "chat", "-s", "b", "-o", "https://example.org", "--host", "h", "-A", "agent 1"],
    ...["--auth", "ada:pw", "-k", "-L", "-4", "--noproxy", "*", "--resolve", "a:1:127.0.0.1"],
  ];
  const first = await runProgram(["--as-curl", ...given, "wss://a:1/x?y=1"]);
  expect(first.stdout).not.toMatch(/dark|pw|Bearer x/);
  const again = await runProgram(["curl", "-", "--as-curl"], { input: first.stdout });
  expect(again.stdout).toBe(first.stdout);
});
