import { access, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sparticuz, { inflate } from "@sparticuz/chromium";

export interface Unpacked {
  readonly executablePath: string;
  /** What the browser process needs besides the caller's environment. */
  readonly environment: Readonly<Record<string, string>>;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The folder that holds the packed browser, and its version. */
const findPacked = (): { readonly bin: string; readonly version: string } => {
  const bin = fileURLToPath(new URL("../bin", import.meta.resolve("@sparticuz/chromium")));
  const manifest: unknown = createRequire(import.meta.url)(join(dirname(bin), "package.json"));
  return { bin, version: (manifest as { version: string }).version };
};

/** The package's own file looks for fonts in fixed places outside of this folder, and finds none. */
const fontsConf = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/**
 * Unpacks into a folder of our own and moves it into place at once. The package itself unpacks into
 * the system's temporary folder, where test files that start together would run a half-written file.
 */
const unpackInto = async (target: string, bin: string): Promise<void> => {
  const cache = dirname(target);
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(join(cache, "unpacking-"));
  const before = process.env["TMPDIR"];
  try {
    // The only way to tell the package where to write.
    process.env["TMPDIR"] = fresh;
    await Promise.all([sparticuz.executablePath(bin), inflate(join(bin, "al2023.tar.br"))]);
    await writeFile(join(fresh, "fonts", "fonts.conf"), fontsConf);
    await rename(fresh, target);
  } catch (error) {
    // Another process was faster: its folder is as good as ours.
    if (!(await exists(target))) throw error;
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    await rm(fresh, { recursive: true, force: true });
  }
};

/** The Chromium of the lockfile, unpacked once per version under `node_modules/.cache`. */
export const unpackChromium = async (): Promise<Unpacked> => {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      "The lockfile's Chromium is for Linux on x64. Set WSECHO_CHROMIUM to a Chrome or Chromium of yours.",
    );
  }
  const { bin, version } = findPacked();
  const cache = fileURLToPath(new URL("../node_modules/.cache", import.meta.url));
  const target = join(cache, `chromium-${version}`);
  if (!(await exists(target))) await unpackInto(target, bin);
  const libraries = [join(target, "al2023", "lib"), process.env["LD_LIBRARY_PATH"]];
  return {
    executablePath: join(target, "chromium"),
    environment: {
      // The system's own libraries come last: these are the ones this build was made with.
      LD_LIBRARY_PATH: libraries.filter((path) => path !== undefined && path !== "").join(":"),
      FONTCONFIG_PATH: process.env["FONTCONFIG_PATH"] ?? join(target, "fonts"),
    },
  };
};
