import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runProgram, startArticle } from "./support/servers.ts";

const cli = fileURLToPath(import.meta.resolve("@wsecho/cli/package.json"));
const wsecho = [
  "--conditions=@wsecho/source",
  fileURLToPath(new URL("src/main.ts", `file://${cli}`)),
];

describe("our terminal client with the plain dialect", () => {
  it("talks to the article's server", async () => {
    await using server = await startArticle();
    const { status, stdout } = await runProgram(
      [...wsecho, "connect", server.url, "--dialect", "plain", "--user", "admin"],
      "hello\n\na:b 🙂\n",
      { ...process.env, WSECHO_PASSWORD: "123456" },
    );
    const context = "your submit context: ";
    expect(stdout).toBe(`${context}hello\n${context}\n${context}a:b 🙂\n`);
    expect(status).toBe(0);
  });

  it("says that a wrong password was refused", async () => {
    await using server = await startArticle();
    const { status, stdout, stderr } = await runProgram(
      [...wsecho, "connect", server.url, "--dialect", "plain", "--user", "admin"],
      "hello\n",
      { ...process.env, WSECHO_PASSWORD: "wrong-secret" },
    );
    expect(stdout).toBe("");
    expect(stderr).toContain("refused");
    expect(stderr).not.toContain("wrong-secret");
    expect(status).toBe(6);
  });

  it("does not fall to plain by itself, and says how to", async () => {
    await using server = await startArticle();
    const { status, stderr } = await runProgram(
      [...wsecho, "connect", server.url, "--user", "admin"],
      "hello\n",
      { ...process.env, WSECHO_PASSWORD: "123456" },
    );
    expect(stderr).toContain("--dialect plain");
    expect(status).not.toBe(0);
  });
});
