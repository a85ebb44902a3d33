import { clientProperties } from "./support/client/world.ts";
import { testExplored } from "./support/explored.ts";
import { subjects } from "./support/figures.ts";

testExplored(subjects.client, Object.values(clientProperties));
