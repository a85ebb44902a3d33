import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export { makeCertificate, type CertificateOptions, type Made } from "@wsecho/testkit/certificates";

/** Files that live as long as the test, and how renewals write them: whole, in the old one's place. */
export function writeFiles(content: Readonly<Record<string, string>>) {
  const dir = mkdtempSync(join(tmpdir(), "wsecho-tls-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const path = (name: string): string => join(dir, name);
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) writeFileSync(`${path(name)}.new`, text);
    for (const name of Object.keys(files)) renameSync(`${path(name)}.new`, path(name));
  };
  write(content);
  return { path, write };
}
