import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { failure, success, type Result } from "@wsecho/protocol";
import { refuseRequest, type Refusal } from "./refusal.ts";

interface PageFile {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The web client's files by URL path, read once. A request is looked up here and nowhere else, so
 * no path can name another file, and a build that replaces the files breaks no running server.
 */
export type Page = ReadonlyMap<string, PageFile>;

/** Larger is not a web client: somebody named the wrong folder. */
const maxPageBytes = 64 * 1024 * 1024;

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** The page may connect to any server that its user names; all else comes from here. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "manifest-src 'self'",
  "connect-src 'self' ws: wss:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const securityHeaders = {
  "Content-Security-Policy": contentSecurityPolicy,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
} as const;

/** A name with its content's hash in it, as Vite writes them, is never used for other content. */
const hashed = /^\/assets\/.*-[\w-]{8,}\.\w+$/;

/** Reads the folder of a built web client. The error says what is wrong with it. */
async function loadPage(root: string): Promise<Result<Page, string>> {
  let entries;
  try {
    entries = await readdir(root, { recursive: true, withFileTypes: true });
  } catch (error) {
    return failure(`${root} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "error"}`);
  }
  const page = new Map<string, PageFile>();
  let bytes = 0;
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(root, file).split(sep).join("/")}`;
    // A link may lead outside; a dot file is nobody's page.
    if (!entry.isFile() || path.includes("/.")) continue;
    const body = await readFile(file);
    bytes += body.length;
    if (bytes > maxPageBytes) return failure(`${root} is too large for a web client`);
    page.set(path, toPageFile(path, body));
  }
  const index = page.get("/index.html");
  if (index === undefined) return failure(`${root} holds no index.html`);
  return success(page.set("/", index));
}

function toPageFile(path: string, body: Buffer): PageFile {
  return {
    body,
    headers: {
      ...securityHeaders,
      "Content-Type": contentTypes[extname(path).toLowerCase()] ?? "application/octet-stream",
      "Cache-Control": hashed.test(path) ? "public, max-age=31536000, immutable" : "no-cache",
      ETag: `"${createHash("sha256").update(body).digest("base64url")}"`,
    },
  };
}

/** Where the web client stands: beside the built server, or in the workspace beside its source. */
const builtInRoots = ["page/", "../../web-client/dist/"];

/** `null` where the web client has not been built. */
async function loadBuiltInPage(): Promise<Page | null> {
  for (const root of builtInRoots) {
    const page = await loadPage(fileURLToPath(new URL(root, import.meta.url)));
    if (page.ok) return page.value;
  }
  return null;
}

/** `root` as in `ServerOptions`; rejects where it holds no web client. */
export async function findPage(root: string | null | undefined): Promise<Page | null> {
  if (root === null) return null;
  if (root === undefined) return loadBuiltInPage();
  const page = await loadPage(root);
  if (!page.ok) throw new Error(`no web client: ${page.error}`);
  return page.value;
}

const notBuilt: Refusal = {
  status: 503,
  message:
    "The web client is not built. Build it with: pnpm build, then start the server again.\n" +
    "Sessions work meanwhile: connect a WebSocket client to this address.",
};

/** @param path already without query, still percent-encoded */
export function servePage(
  page: Page | null,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { method = "" } = request;
  if (method !== "GET" && method !== "HEAD") {
    const message = "only GET and HEAD are answered here";
    refuseRequest(response, { status: 405, message, headers: { Allow: "GET, HEAD" } });
    return;
  }
  const name = decodePath(path);
  if (name === undefined) {
    refuseRequest(response, { status: 400, message: "the path is not valid" });
    return;
  }
  if (page === null && name === "/") {
    refuseRequest(response, notBuilt);
    return;
  }
  const file = page?.get(name);
  if (file === undefined) {
    refuseRequest(response, { status: 404, message: "not found; the page is at /" });
    return;
  }
  if (request.headers["if-none-match"] === file.headers["ETag"]) {
    response.writeHead(304, file.headers).end();
    return;
  }
  response.writeHead(200, { ...file.headers, "Content-Length": file.body.length });
  response.end(method === "HEAD" ? undefined : file.body);
}

/** `undefined` for bad percent-encoding and for characters that no name of a page's file has. */
function decodePath(path: string): string | undefined {
  try {
    const name = decodeURIComponent(path);
    // eslint-disable-next-line no-control-regex -- these are what must not pass
    return /[\u0000-\u001f\\]/.test(name) ? undefined : name;
  } catch {
    return undefined;
  }
}
