import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export interface PageFile {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** The page may connect to where it came from, and to nothing else. */
const securityHeaders = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
    "manifest-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-store",
} as const;

/** Where the web client stands: beside the built program, or in the workspace beside its source. */
const roots = ["page/", "../../../web-client/dist/"];

/** The web client's files by URL path, so that no path can name another; `null` where it is not built. */
export function findPageFiles(): ReadonlyMap<string, PageFile> | null {
  for (const root of roots) {
    const folder = fileURLToPath(new URL(root, import.meta.url));
    if (statSync(join(folder, "index.html"), { throwIfNoEntry: false }) === undefined) continue;
    const files = new Map<string, PageFile>();
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const path = `/${relative(folder, file).split(sep).join("/")}`;
      const type = contentTypes[extname(path).toLowerCase()] ?? "application/octet-stream";
      const headers = { ...securityHeaders, "Content-Type": type };
      files.set(path, { body: readFileSync(file), headers });
    }
    const index = files.get("/index.html");
    return index === undefined ? null : files.set("/", index);
  }
  return null;
}
