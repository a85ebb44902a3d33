import { alike } from "./support/server/dialects.ts";
import { testExplored } from "./support/explored.ts";
import { subjects } from "./support/figures.ts";
import { serverProperties } from "./support/server/world.ts";

testExplored(subjects.server, Object.values(serverProperties));
testExplored(subjects.dialects, [alike]);
