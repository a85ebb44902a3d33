/** What stands for `run.ts` in the built program: that, in a file of its own, as it was compiled before. */
import manifest from "../package.json" with { type: "json" };
import type * as program from "./run.ts";
import { commandNames } from "./command-names.ts";
import { loadCompiled } from "./compiled.ts";

const [first = ""] = process.argv.slice(2);
const { run } = loadCompiled({
  file: `${__dirname}/run.cjs`,
  // Of the file beside that, which is as good.
  require,
  version: manifest.version,
  folder: folderOf(process.env),
  name: commandNames.find((name) => name === first) ?? "connect",
}) as typeof program;

export { run };

/**
 * In a folder of the user's own, and not in the temporary one, which is Node's default and where
 * somebody else could lay down code for us to run. The variables of Node's own cache count, too.
 */
function folderOf(env: NodeJS.ProcessEnv): string | null {
  const { XDG_CACHE_HOME = "", HOME = "", LOCALAPPDATA = "", NODE_COMPILE_CACHE = "" } = env;
  const cache = NODE_COMPILE_CACHE || XDG_CACHE_HOME || LOCALAPPDATA || (HOME && `${HOME}/.cache`);
  const isOff = env["NODE_DISABLE_COMPILE_CACHE"] === "1" || cache === "";
  return isOff ? null : `${cache}/wsecho`;
}
