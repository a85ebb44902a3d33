import { testExplored } from "./support/explored.ts";
import { subjects } from "./support/figures.ts";
import { productProperties } from "./support/product/world.ts";

testExplored(subjects.product, Object.values(productProperties));
