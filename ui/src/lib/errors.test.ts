import { describe as suite, expect, it } from "vitest";
import type { AppError } from "./contract/AppError";
import type { ServerWords } from "./contract/ServerWords";
import { describe, serverSentence } from "./errors";

const server: ServerWords = {
  status: 401,
  url: "https://id.example/token",
  error: "invalid_client",
  description: "Unknown client",
  uri: null,
  excerpt: null,
};

/** One of each kind; a new kind does not compile until it stands here. */
const samples: { [K in AppError["kind"]]: Extract<AppError, { kind: K }> } = {
  invalidInput: {
    kind: "invalidInput",
    problems: [{ field: "url", severity: "error", message: "Port 0 cannot be connected to." }],
  },
  notFound: { kind: "notFound", what: "application" },
  readOnly: { kind: "readOnly", reason: "written by a newer version" },
  storage: { kind: "storage", path: "/home/a/config.json", detail: "No space left" },
  keychainLocked: { kind: "keychainLocked" },
  keychainMissing: { kind: "keychainMissing", detail: "no D-Bus" },
  keychainDenied: { kind: "keychainDenied", detail: "-25293" },
  keychainTimedOut: { kind: "keychainTimedOut" },
  keychainFailed: { kind: "keychainFailed", detail: "oops" },
  secretMissing: { kind: "secretMissing" },
  secretForOtherHost: { kind: "secretForOtherHost", enteredFor: "id.example", endpoint: "other.example" },
  hostNotFound: { kind: "hostNotFound", host: "id.example" },
  connectionRefused: { kind: "connectionRefused", address: "id.example:8443" },
  unreachable: { kind: "unreachable", address: "id.example:443", detail: "ENETUNREACH" },
  timedOut: { kind: "timedOut", stage: "connect", seconds: 5, address: "id.example:443" },
  connectionClosed: { kind: "connectionClosed", address: "id.example:443", inAnswer: true },
  tls: { kind: "tls", problem: "unknownCa", address: "id.example:443", detail: "UnknownIssuer" },
  proxy: { kind: "proxy", proxy: "proxy.example:3128", detail: "407" },
  redirected: { kind: "redirected", location: "https://login.example/", server },
  notJson: { kind: "notJson", title: "Hotel Wi-Fi", server },
  malformedAnswer: { kind: "malformedAnswer", what: "there is no access_token", server },
  answerTooLarge: { kind: "answerTooLarge", limit: 1_048_576, url: "https://id.example/token" },
  clientRefused: {
    kind: "clientRefused",
    method: "clientSecretBasic",
    alternatives: ["clientSecretBasicRaw", "clientSecretPost"],
    server,
  },
  scopeRefused: { kind: "scopeRefused", requested: ["admin:read", "openid"], server },
  grantRefused: { kind: "grantRefused", server },
  endpointNotFound: { kind: "endpointNotFound", server },
  rateLimited: { kind: "rateLimited", retryAfterSeconds: 30, server },
  serverUnavailable: { kind: "serverUnavailable", server },
  serverRefused: { kind: "serverRefused", server },
  unsafeEndpoint: { kind: "unsafeEndpoint", url: "https://other.example/token", reason: "another host" },
  endpointUnknown: { kind: "endpointUnknown", endpoint: "token_endpoint" },
  noToken: { kind: "noToken" },
  clipboard: { kind: "clipboard", detail: "held by another program" },
  practice: { kind: "practice", detail: "address in use" },
  internal: { kind: "internal", detail: "a bug" },
};
const all = Object.values(samples);
const labels = (error: AppError) => describe(error).actions.map(({ label }) => label);

suite("describe", () => {
  it.each(all)("has words for $kind", (error) => {
    const words = describe(error);
    expect(words.title).toMatch(/\S/);
    expect(words.help).toMatch(/\S.*\.$/);
    expect(`${words.title} ${words.help} ${labels(error).join(" ")}`).not.toMatch(/!|undefined|null/);
    expect(new Set(labels(error)).size).toBe(labels(error).length);
  });

  it.each(all.filter((error) => "server" in error))("shows the server's words of $kind", (error) => {
    expect(describe(error).server).toEqual(server);
  });

  it.each(all.filter((error) => "detail" in error || "reason" in error))(
    "keeps the detail of $kind",
    (error) => {
      expect(describe(error).detail).toBe(
        "detail" in error ? error.detail : "reason" in error && error.reason,
      );
    },
  );

  it.each([
    [samples.hostNotFound, "id.example"],
    [samples.connectionRefused, "id.example:8443"],
    [samples.timedOut, "5 seconds"],
    [samples.redirected, "https://login.example/"],
    [samples.notJson, "“Hotel Wi-Fi”"],
    [samples.scopeRefused, "admin:read openid"],
    [samples.answerTooLarge, "1 MiB"],
    [samples.storage, "/home/a/config.json"],
  ])("says the specifics: $1", (error, specific) => {
    expect(describe(error).title).toContain(specific);
  });

  it("offers the other ways to send the secret", () => {
    expect(labels(samples.clientRefused)).toEqual([
      "Enter the secret again",
      "Try with Basic, as is",
      "Try with secret in the body",
    ]);
    expect(describe(samples.clientRefused).help).toContain("Basic, form-encoded");
  });

  it("offers the fix where there is one", () => {
    expect(labels(samples.tls)).toContain("Add a certificate for this instance");
    expect(labels({ ...samples.tls, problem: "expired" })).not.toContain(
      "Add a certificate for this instance",
    );
    expect(labels(samples.keychainLocked)).toEqual(["Try the keychain again", "Keep for this session only"]);
    expect(labels(samples.scopeRefused)).toEqual(["Change the scopes"]);
    expect(describe(samples.grantRefused).help).toMatch(/SPA and NATIVE never may/);
  });

  it("has words even for a kind it does not know", () => {
    expect(describe({ kind: "new" } as unknown as AppError).title).toMatch(/\S/);
  });
});

suite("serverSentence", () => {
  it("quotes what was said", () => {
    expect(serverSentence(server)).toBe("The server answered 401: invalid_client · Unknown client");
    const plain = { ...server, error: null, description: null };
    expect(serverSentence({ ...plain, excerpt: "Bad Request" })).toBe("The server answered 401: Bad Request");
    expect(serverSentence(plain)).toBe("The server answered 401. It gave no reason.");
  });
});
