import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes longest, by its path. Begun last, each would be run alone, with a processor left idle. */
const longest = [
  "test/crash/transitions.test.ts",
  "test/cluster/mayhem.test.ts",
  "test/cluster/basics.test.ts",
  "test/crash/random-kills.test.ts",
  "src/store/postgres/postgres.test.ts",
  "src/store/mysql/mysql.test.ts",
];

/** The longest files first; of all others those that have more text, as the runner does it. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((path) => moduleId.endsWith(path));
      return place === -1 ? longest.length : place;
    };
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
