import { beforeEach, describe, expect, it, vi } from "vitest";
import { companion } from "./companion.svelte";
import type { FixAction } from "./contract/FixAction";
import { anApplication, anError, anInstance } from "./example";
import { applicable, Fixes, offered, type FixesOptions } from "./fixes.svelte";

const { call } = vi.hoisted(() => ({ call: vi.fn() }));
vi.mock("./ipc", () => ({ call, onSnapshot: vi.fn(), toAppError: (thrown: unknown) => thrown }));

let refused: Record<string, unknown>;
beforeEach(() => {
  refused = {};
  call.mockReset().mockImplementation(async (name: string) => {
    if (name in refused) throw refused[name];
    return null;
  });
  companion.closeDialog();
});

const names = () => call.mock.calls.map(([name]) => name as string);
const fixes = (change: Partial<FixesOptions> = {}) =>
  new Fixes({ application: anApplication(), instance: anInstance(), ...change });
const practice = { port: 1, lifetimeSeconds: 60, running: true, error: null };

describe("what is offered", () => {
  const error = anError("any", [
    { kind: "allowScopes", scopes: ["a"] },
    { kind: "openAdminUi" },
    { kind: "showToken" },
    { kind: "retry" },
  ]);
  const kinds = (at: Parameters<typeof anInstance>[0]) =>
    applicable(error.fixes, anInstance(at)).map(({ label }) => label);

  it("leaves out what cannot apply at the instance", () => {
    expect(kinds({})).toEqual(["openAdminUi", "showToken", "retry"]);
    expect(kinds({ practice })).toEqual(["allowScopes", "openAdminUi", "showToken", "retry"]);
    expect(kinds({ kind: "openIdProvider" })).toEqual(["showToken", "retry"]);
  });

  it("leaves out what nobody would carry out", () => {
    expect(offered(error.fixes, { retry: () => undefined }).map(({ label }) => label)).toEqual(["retry"]);
    const labels = (some: Fixes) => some.offered(error).map(({ label }) => label);
    expect(labels(fixes())).toEqual(["openAdminUi", "retry"]);
    expect(labels(fixes({ showToken: () => undefined }))).toEqual(["openAdminUi", "showToken", "retry"]);
  });
});

describe("carrying out", () => {
  const scopes = ["admin:read"];
  it.each<[FixAction, string[]]>([
    [{ kind: "retry" }, ["request_token"]],
    [{ kind: "tryMethod", method: "clientSecretPost" }, ["save_application", "request_token"]],
    [{ kind: "tryLevel", level: "GLOBAL" }, ["try_level", "request_token"]],
    // These bring a token themselves.
    [{ kind: "askForScopes", scopes }, ["ask_for_scopes"]],
    [{ kind: "dropScopes", scopes }, ["drop_scopes"]],
    [{ kind: "allowScopes", scopes }, ["allow_practice_scopes", "ask_for_scopes"]],
    [{ kind: "retryKeychain" }, ["retry_keychain", "request_token"]],
    [{ kind: "openAdminUi" }, ["open_page"]],
    [{ kind: "copyDiagnostics" }, ["copy_diagnostics"]],
    [{ kind: "setDamagedAside" }, ["set_damaged_aside"]],
  ])("%o calls the commands", async (action, expected) => {
    await fixes().run(action);
    expect(names()).toEqual(expected);
  });

  it.each<FixAction>([
    { kind: "retry" },
    { kind: "tryMethod", method: "clientSecretPost" },
    { kind: "tryLevel", level: "GLOBAL" },
    { kind: "askForScopes", scopes },
    { kind: "dropScopes", scopes },
    { kind: "allowScopes", scopes },
    { kind: "retryKeychain" },
  ])("$kind does again what failed, once", async (action) => {
    const retry = vi.fn();
    await fixes({ retry }).run(action);
    expect(retry).toHaveBeenCalledOnce();
    expect(names()).not.toContain("request_token");
  });

  it("leads to the one field", async () => {
    await fixes().run({ kind: "editScopes" });
    expect(companion.dialog).toMatchObject({ kind: "application", id: "a1", focus: "scopes" });
    await fixes().run({ kind: "useEndpoint", url: "https://b.example/token" });
    expect(companion.dialog).toMatchObject({
      kind: "instance",
      id: "i1",
      focus: "endpoints",
      use: { key: { kind: "platform" }, url: "https://b.example/token" },
    });
    await fixes().run({ kind: "startWalkthrough", walkthrough: "repair403" });
    expect(call.mock.calls.find(([name]) => name === "answer_walkthrough")?.[1]).toMatchObject({
      walkthrough: "repair403",
      answers: { instance: "i1", application: "a1" },
    });
    expect(companion.place).toEqual({ kind: "walkthrough", id: "repair403" });
  });
});

describe("a level that needs a tenant", () => {
  it("takes the slug that is known", async () => {
    await fixes({ application: anApplication({ tenantSlug: "acme" }) }).run({
      kind: "tryLevel",
      level: "PARTNER",
    });
    expect(call).toHaveBeenCalledWith("try_level", {
      application: "a1",
      level: "PARTNER",
      tenantSlug: "acme",
    });
  });

  it("asks for one that is not, until the try succeeds", async () => {
    const some = fixes();
    await some.run({ kind: "tryLevel", level: "TENANT" });
    expect(names()).toEqual([]);
    expect(some.asked).toEqual({ kind: "tenant", level: "TENANT" });
    refused["try_level"] = anError("endpointNotFound");
    await some.tryTenant("TENANT", "acne");
    expect(some.asked).not.toBeNull();
    expect(some.failure?.kind).toBe("endpointNotFound");
    refused = {};
    await some.tryTenant("TENANT", "acme");
    expect(some.asked).toBeNull();
    expect(some.failure).toBeNull();
    expect(names()).toEqual(["try_level", "try_level", "request_token"]);
  });
});

describe("a fix that fails", () => {
  it("does not go on, and trying again is that fix again", async () => {
    const retry = vi.fn();
    const some = fixes({ retry });
    refused["ask_for_scopes"] = anError("scopeRefused");
    await some.run({ kind: "askForScopes", scopes: ["a"] });
    expect(retry).not.toHaveBeenCalled();
    expect(some.failure?.kind).toBe("scopeRefused");
    refused = {};
    await some.runForFailure({ kind: "retry" });
    expect(names()).toEqual(["ask_for_scopes", "ask_for_scopes"]);
    expect(retry).toHaveBeenCalledOnce();
    expect(some.failure).toBeNull();
  });

  it("is one at a time", async () => {
    const some = fixes();
    await Promise.all([some.run({ kind: "retry" }), some.run({ kind: "retry" })]);
    expect(names()).toEqual(["request_token"]);
  });
});
