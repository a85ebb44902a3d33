import { checkPassword } from "@wsecho/protocol/scram";
import { expect, onTestFinished, test } from "vitest";
import { nodeScramCrypto } from "../src/scram-crypto.ts";
import { openStore } from "../src/store/open.ts";
import { makeFolder } from "./store/sqlite-database.ts";
import { runProgram } from "./support/program.ts";
import { openTerminal, type Terminal } from "./support/terminal.ts";

/** No part of it is anywhere else on the screen. */
const secret = "Ж9ÿ🎉x7q!";

async function makeShell() {
  const data = await makeFolder();
  const env = { WSECHO_DATA: data, WSECHO_ITERATIONS: "4096" };
  const run = (args: string): Terminal => openTerminal(args.split(" "), env);
  /** Whether that is the user's password; `null` where there is no such user. */
  const accepts = async (name: string, password: string): Promise<boolean | null> => {
    const store = await openStore({ data });
    onTestFinished(() => store.close());
    const user = await store.find(name);
    return user === undefined ? null : checkPassword(nodeScramCrypto, user.verifier, password);
  };
  return { env, run, accepts };
}

/** Neither the password nor a part of it, nor as many stars as it has characters. */
function expectHidden(terminal: Terminal, ...secrets: readonly string[]): void {
  for (const character of new Set(secrets.join("")))
    if (!/[a-z0-9]/i.test(character)) expect(terminal.shown()).not.toContain(character);
  for (const text of secrets)
    for (let i = 0; i + 2 <= text.length; i++)
      expect(terminal.shown()).not.toContain(text.slice(i, i + 2));
  expect(terminal.shown()).not.toMatch(/[*•]/);
}

/** As it was before: what is typed shows, lines can be edited, Ctrl-C interrupts. */
function expectUsable(terminal: Terminal): void {
  const state = terminal.shown().slice(terminal.shown().indexOf("speed "));
  for (const flag of ["echo", "icanon", "isig", "icrnl", "opost"])
    expect(state).toMatch(new RegExp(`(?<![-\\w])${flag}(?!\\w)`));
}

test("asks twice, shows nothing of what is typed, and gives the terminal back", async () => {
  const { run, accepts } = await makeShell();
  const terminal = run("users add ada");
  await terminal.shows("New password: ");
  for (const character of secret) terminal.type(character);
  terminal.type("\r");
  await terminal.shows("The same again: ");
  terminal.type(`${secret}\r`);
  expect(await terminal.ended).toBe(0);
  expect(terminal.shown()).toMatch(
    /^New password: \r\nThe same again: \r\nwsecho-server: added ada\r\n/,
  );
  expectHidden(terminal, secret);
  expectUsable(terminal);
  expect(await accepts("ada", secret)).toBe(true);
});

test("takes back what was mistyped, and both lines at once", async () => {
  const { run, accepts } = await makeShell();
  const terminal = run("users add ada");
  await terminal.shows("New password: ");
  terminal.type(`wr0ng\x15${secret}🎉Ω\x7f\b\r${secret}\r`);
  expect(await terminal.ended).toBe(0);
  expectHidden(terminal, secret, "Ω");
  expect(await accepts("ada", secret)).toBe(true);
});

test("takes no password of which the second entry differs", async () => {
  const { run, accepts } = await makeShell();
  const terminal = run("users add ada");
  await terminal.shows("New password: ");
  terminal.type(`${secret}\r`);
  await terminal.shows("The same again: ");
  terminal.type(`${secret}Q\r`);
  expect(await terminal.ended).toBe(1);
  expect(terminal.shown()).toContain("wsecho-server: the two passwords differ\r\n");
  expectHidden(terminal, secret);
  expectUsable(terminal);
  expect(await accepts("ada", secret)).toBe(null);
});

test.each([
  ["at once", ""],
  ["in the middle of the first", secret],
  ["in the middle of the second", `${secret}\r${secret}`],
])("changes nothing when Ctrl-C is pressed %s", async (_, typed) => {
  const { env, run, accepts } = await makeShell();
  const added = runProgram(["users", "add", "ada", "--password-stdin"], env, "the old one");
  expect((await added.ended).status).toBe(0);
  for (const [command, name] of [
    ["users add bob", "bob"],
    ["users passwd ada", "ada"],
  ] as const) {
    const terminal = run(command);
    await terminal.shows("New password: ");
    terminal.type(`${typed}\x03`);
    expect(await terminal.ended).toBe(1);
    expect(terminal.shown()).toContain("wsecho-server: nothing was changed\r\n");
    if (typed !== "") expectHidden(terminal, secret);
    expectUsable(terminal);
    expect(await accepts(name, secret)).toBe(name === "bob" ? null : false);
  }
  expect(await accepts("ada", "the old one")).toBe(true);
});

test("asks for no password of a user whose name is taken, or cannot be one", async () => {
  const { env, run } = await makeShell();
  const added = runProgram(["users", "add", "ada", "--password-stdin"], env, "the old one");
  expect((await added.ended).status).toBe(0);
  for (const command of ["users add ada", "users add a:b", "users passwd bob"]) {
    const terminal = run(command);
    expect(await terminal.ended).toBe(1);
    expect(terminal.shown()).not.toContain("New password: ");
  }
});
