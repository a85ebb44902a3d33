/**
 * What each `import()` of the built page goes through, in the place of Vite's own preloading
 * (vite.config.ts): gets the part's `files` first, so that the import itself is served by the browser's
 * cache. A browser may never again ask for a module that it once failed to get
 * (https://github.com/whatwg/html/issues/6768); what a fetch failed to get can be tried again.
 */
export async function loadPart<Part>(
  load: () => Promise<Part>,
  files: readonly string[] = [],
): Promise<Part> {
  await Promise.all(files.map((file) => loadFile(import.meta.env.BASE_URL + file)));
  return load();
}

async function loadFile(path: string): Promise<void> {
  const response = await fetch(path);
  // Only what was read to its end stays in the cache.
  await response.blob();
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  if (path.endsWith(".css")) await applyStyle(path);
}

function applyStyle(href: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (document.querySelector(`link[href="${href}"]`) !== null) {
      resolve();
      return;
    }
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.addEventListener("load", () => resolve());
    link.addEventListener("error", () => {
      link.remove();
      reject(new Error(href));
    });
    document.head.append(link);
  });
}
