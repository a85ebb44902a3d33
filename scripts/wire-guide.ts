// `pnpm docs:wire`: makes the figures of docs/wire.md anew, from sessions that it records.
import { readFileSync, writeFileSync } from "node:fs";
import { fillFigures, makeFigures } from "./guide/figures.ts";

const guide = new URL("../docs/wire.md", import.meta.url);
writeFileSync(guide, fillFigures(readFileSync(guide, "utf8"), await makeFigures()));
