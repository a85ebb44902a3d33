import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/**
 * The example as a stranger has it: in a folder outside the workspace, with just the files that
 * the published package would bring, type-checked and run without our conditions.
 */
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "wsecho-embed-"));
  const installed = join(project, "node_modules/@wsecho/protocol");
  mkdirSync(installed, { recursive: true });
  const source = at("../../../packages/protocol");
  if (!existsSync(join(source, "dist/index.js"))) {
    const tsup = at("../../../node_modules/tsup/dist/cli-default.js");
    execFileSync(process.execPath, [tsup], { cwd: source, stdio: "pipe" });
  }
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as {
    files: string[];
  };
  for (const file of ["package.json", ...manifest.files.filter((name) => !name.startsWith("!"))]) {
    if (existsSync(join(source, file)))
      cpSync(join(source, file), join(installed, file), { recursive: true });
  }
  cpSync(at("../src"), join(project, "src"), { recursive: true });
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        target: "es2023",
        module: "nodenext",
        strict: true,
        noEmit: true,
        allowImportingTsExtensions: true,
        types: ["node"],
        typeRoots: [at("../node_modules/@types"), at("../../../node_modules/@types")],
      },
      include: ["src"],
    }),
  );
  // Where nobody has built it, that alone takes a while.
}, 180_000);
afterAll(() => rmSync(project, { recursive: true }));

describe("a third-party project", () => {
  it("type-checks against the published files", () => {
    execFileSync(process.execPath, [tsc, "-p", project], { stdio: "pipe" });
  });

  it("may be CommonJS", () => {
    const program = `console.log(require("@wsecho/protocol/server").transitionServer.length)`;
    const args = ["--input-type=commonjs", "-e", program];
    const output = execFileSync(process.execPath, args, { cwd: project, encoding: "utf8" });
    expect(output).toBe("2\n");
  });

  it("runs the session over a transport of its own", () => {
    const output = execFileSync(process.execPath, ["src/main.ts"], {
      cwd: project,
      encoding: "utf8",
    });
    expect(output).toContain("{ kind: 'echoed', payload: { kind: 'text', text: 'hello' } }");
    expect(output).toContain("{ kind: 'echoed', payload: { kind: 'text', text: '你好' } }");
    expect(output).toContain("{ kind: 'unsent' }");
  });
});
