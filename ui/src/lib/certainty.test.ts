import { expect, it } from "vitest";
import { certaintyWords } from "./certainty";

it("names the source, where there is one", () => {
  const source = "quickstart, step 2";
  expect(certaintyWords({ certainty: "documented", source })).toBe("Documented: quickstart, step 2");
  expect(certaintyWords({ certainty: "inferred", source })).toBe("Inferred: quickstart, step 2");
  expect(certaintyWords({ certainty: "inferred", source: "" })).toBe("Inferred");
  expect(certaintyWords({ certainty: "unknown", source: "" })).toBe("Not documented");
});
