import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseArguments } from "../../src/program.ts";
import { shells, type Shell } from "../../src/reference/options.ts";
import { referenceText } from "../../src/commands/reference.ts";

const printed = (args: readonly string[]): string => {
  const invocation = parseArguments(args, "1.2.3");
  if (invocation.kind !== "reference") throw new Error("not a reference");
  return referenceText(invocation.reference, invocation.parts);
};
const has = (shell: Shell): boolean =>
  spawnSync(shell, ["-c", "true"], { stdio: "ignore" }).status === 0;

let folder: string;
const files: Partial<Record<Shell, string>> = {};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wsecho-completion-"));
  for (const shell of shells) {
    files[shell] = join(folder, shell);
    writeFileSync(join(folder, shell), printed(["completion", shell]));
  }
  writeFileSync(join(folder, "capture.pcapng"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What bash would offer behind these words. */
const bash = (...words: readonly string[]): readonly string[] => {
  const script = [
    `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))`,
    `_wsecho; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ].join("\n");
  const args = ["--norc", "-c", script, "bash", files.bash ?? "", ...words];
  return execFileSync("bash", args, { cwd: folder, encoding: "utf8" }).split("\n").filter(Boolean);
};

describe.skipIf(!has("bash"))("bash completes", () => {
  it("commands, and options of the one that is named or runs by default", () => {
    expect(bash("wsecho", "de")).toEqual(["decode"]);
    expect(bash("wsecho", "bench", "--in-")).toEqual(["--in-flight"]);
    expect(bash("wsecho", "--recon")).toEqual(["--reconnect"]);
    expect(bash("wsecho", "decode", "--recon")).toEqual([]);
  });

  it("values that are a choice, and files where one is wanted", () => {
    expect(bash("wsecho", "connect", "--dialect", "p")).toEqual(["plain"]);
    expect(bash("wsecho", "completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(bash("wsecho", "decode", "cap")).toEqual(["capture.pcapng"]);
    expect(bash("wsecho", "--cacert", "cap")).toEqual(["capture.pcapng"]);
    expect(bash("wsecho", "--user", "cap")).toEqual([]);
  });
});

describe.skipIf(!has("fish"))("fish completes", () => {
  const fish = (line: string): readonly string[] =>
    execFileSync("fish", ["-N", "-c", `source ${files.fish ?? ""}; complete -C '${line}'`], {
      cwd: folder,
      encoding: "utf8",
    })
      .split("\n")
      .filter(Boolean)
      .map((row) => row.split("\t", 1)[0] ?? "");

  it("commands, options and choices", () => {
    expect(fish("wsecho de")).toEqual(["decode"]);
    expect(fish("wsecho bench --in-")).toEqual(["--in-flight"]);
    expect(fish("wsecho bench --dialect ")).toEqual(["none", "plain", "v1"]);
    expect(fish("wsecho completion ")).toEqual(["bash", "fish", "zsh"]);
  });
});

describe.skipIf(!has("zsh"))("zsh", () => {
  it("understands the script", () => {
    const { status, stderr } = spawnSync("zsh", ["-f", "-n", files.zsh ?? ""], {
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});

describe.each(shells)("the script for %s", (shell) => {
  it("knows every command, and every option that is shown", () => {
    const script = printed(["completion", shell]);
    const commands = [
      "connect",
      "bench",
      "doctor",
      "inspect",
      "frame",
      "test",
      "explain",
      "decode",
      "convert",
      "man",
    ];
    for (const word of [...commands, "reconnect", "in-flight", "fail-if", "no-fold"])
      expect(script).toContain(word);
    // Known only to say what to use instead.
    expect(script).not.toMatch(/--token[^-]|-l token /);
  });
});

describe("the manual", () => {
  const page = (): string => printed(["man"]);

  it("has commands, options, examples, environment and exit statuses", () => {
    expect(page()).toMatch(/^\.TH WSECHO 1 "" "wsecho 1\.2\.3"/);
    for (const heading of [
      "NAME",
      "SYNOPSIS",
      "COMMANDS",
      "EXAMPLES",
      "ENVIRONMENT",
      "EXIT STATUS",
    ])
      expect(page()).toContain(`\n.SH ${heading}\n`);
    expect(page()).toContain("\n.SS doctor\n");
    expect(page()).toContain("\n.B \\-c, \\-\\-connections <n>\n");
    expect(page()).toMatch(/\n\.B 130\nCtrl\\-C/);
  });

  it("lets nothing in a text act on troff", () => {
    for (const line of page().split("\n"))
      expect(line).toMatch(/^(\.(TH|SH|SS|TP|B|I|br|nf|fi)\b|(?!['.]))/);
  });
});

it("a shell that is not known is refused, with those that are", () => {
  expect(parseArguments(["completion", "tcsh"], "1.2.3")).toEqual({ kind: "usage" });
});
