import { expect, it } from "vitest";
import { addressPieces } from "./Address.svelte";

it.each([
  ["https://id.acme.io:8443/api/v1/token", ["https://", "id", ".acme", ".io:8443/", "api/", "v1/", "token"]],
  [
    "https://a/.well-known/openid-configuration",
    ["https://", "a/", ".well", "-known/", "openid", "-configuration"],
  ],
  ["", [""]],
])("ends a line of %s between words only", (text, pieces) => {
  expect(addressPieces(text)).toEqual(pieces);
  expect(addressPieces(text).join("")).toBe(text);
});
