import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A config file that lives as long as the test. */
export function writeConfig(content: string | object): string {
  const dir = mkdtempSync(join(tmpdir(), "wsecho-config-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const path = join(dir, "server.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}
