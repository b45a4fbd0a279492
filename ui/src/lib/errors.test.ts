import { expect, it } from "vitest";
import { internalError, offers, SECRET_MISSING, serverSentence } from "./errors";
import { serverWords } from "./example";

it("quotes what the server said", () => {
  const said = serverWords({ error: "invalid_client", description: "Unknown client" });
  expect(serverSentence(said)).toBe("The server answered 401: invalid_client · Unknown client");
  expect(serverSentence(serverWords({ excerpt: " Bad Request\n" }))).toBe(
    "The server answered 401: Bad Request",
  );
  expect(serverSentence(serverWords())).toBe("The server answered 401. It gave no reason.");
});

it("has words and a fix for what the core cannot tell of", () => {
  const error = internalError("snapshot did not answer");
  expect(error.detail).toBe("snapshot did not answer");
  expect(offers(error, "retry")).toBe(true);
  expect(offers(error, "enterSecret")).toBe(false);
  expect(offers(SECRET_MISSING, "enterSecret")).toBe(true);
});
