import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { companion } from "../lib/companion.svelte";
import type { AppError } from "../lib/contract/AppError";
import type { DiscoveryReport } from "../lib/contract/DiscoveryReport";
import type { InstanceDraft } from "../lib/contract/InstanceDraft";
import type { InstanceView } from "../lib/contract/InstanceView";
import { anError, aSnapshot } from "../lib/example";
import * as ipc from "../lib/ipc";
import DeleteInstanceDialog from "./DeleteInstanceDialog.svelte";
import InstanceDialog from "./InstanceDialog.svelte";

vi.mock("../lib/ipc", () => ({
  call: vi.fn(),
  onSnapshot: vi.fn(),
  toAppError: (thrown: unknown) => thrown,
}));

const instance: InstanceView = {
  id: "i1",
  name: "Staging",
  kind: "scaiKey",
  url: "https://id.example",
  host: "id.example",
  colour: "blue",
  production: false,
  practice: null,
  proxy: { kind: "url", url: "http://proxy.example:3128/" },
  extraCa: "",
  endpointSets: [
    {
      key: { kind: "platform" },
      tokenEndpoint: { value: "https://id.example/typed", origin: "typed" },
      jwksUri: { value: "https://id.example/keys", origin: "discovered" },
      issuer: null,
      discoveredAt: 0,
      discoveryError: null,
    },
    {
      key: { kind: "tenant", slug: "acme" },
      tokenEndpoint: { value: "https://id.example/acme/token", origin: "documented" },
      jwksUri: null,
      issuer: null,
      discoveredAt: null,
      discoveryError: null,
    },
  ],
  clockOffsetMs: null,
  applications: [],
};
const report: DiscoveryReport = {
  url: "https://new.example",
  discoveryUrl: "https://new.example/.well-known/openid-configuration",
  endpoints: {
    key: { kind: "platform" },
    tokenEndpoint: { value: "https://new.example/token", origin: "discovered" },
    jwksUri: { value: "https://new.example/keys", origin: "documented" },
    issuer: { value: "https://new.example", origin: "discovered" },
    discoveredAt: 0,
    discoveryError: null,
  },
  scopes: ["openid", "admin:read"],
  grantTypes: [],
  authenticationMethods: [],
  notes: ["The issuer differs from the URL."],
};
const failing = (
  discoveryError: AppError,
  tokenEndpoint = report.endpoints.tokenEndpoint,
): DiscoveryReport => ({
  ...report,
  scopes: [],
  notes: [],
  endpoints: { ...report.endpoints, tokenEndpoint, discoveryError, discoveredAt: null },
});

let answers: Record<string, (args: { draft: InstanceDraft }) => unknown>;
const called = (name: string) => vi.mocked(ipc.call).mock.calls.filter(([other]) => other === name);
const draftOf = (name: string, index = -1) =>
  (called(name).at(index) as unknown as [string, { draft: InstanceDraft }])[1].draft;

beforeEach(() => {
  answers = { check_instance: () => [], discover: () => report, save_instance: () => "i2" };
  vi.mocked(ipc.call).mockReset();
  vi.mocked(ipc.call).mockImplementation(((name: string, args: { draft: InstanceDraft }) =>
    Promise.resolve(answers[name]?.(args) ?? null)) as unknown as typeof ipc.call);
  companion.take(aSnapshot({ instances: [instance] }));
});
afterEach(cleanup);

const byId = (id: string) => screen.getByTestId(id);
const type = (id: string, value: string) => fireEvent.input(byId(id), { target: { value } });
const click = (id: string) => fireEvent.click(byId(id));

function open(id: string | null = null, focus?: "extraCa" | "endpoints") {
  const onclose = vi.fn();
  render(InstanceDialog, { id, focus, onclose });
  return onclose;
}

describe("adding", () => {
  it("shows what discovery found, then saves and goes on to the first application", async () => {
    const onclose = open();
    await type("instance-url", "https://new.example");
    await click("discover");
    const found = await screen.findByTestId("discovery-result");
    expect(found.textContent).toContain("https://new.example/token");
    expect(found.textContent).toContain("from discovery");
    expect(found.textContent).toContain("documented path");
    expect(found.textContent).toContain("admin:read");
    expect(found.textContent).toContain("The issuer differs from the URL.");
    expect(called("save_instance")).toEqual([]);
    await click("save");
    await waitFor(() => {
      expect(onclose).toHaveBeenCalled();
    });
    expect(draftOf("save_instance")).toMatchObject({ id: null, kind: "scaiKey", url: "https://new.example" });
    expect(companion.place).toEqual({ kind: "instance", id: "i2" });
    expect(companion.dialog).toEqual({ kind: "application", instance: "i2", id: null });
  });

  it("says honestly that discovery is missing, and saves without it", async () => {
    answers["discover"] = () => failing(anError("hostNotFound"));
    open();
    await type("instance-url", "https://new.example");
    await click("discover");
    const missing = await screen.findByTestId("discovery-missing");
    expect(missing.textContent).toContain("Discovery could not be read: What happened: hostNotFound.");
    expect(missing.textContent).toContain("The documented paths are used instead.");
    await click("save");
    await waitFor(() => {
      expect(called("save_instance")).toHaveLength(1);
    });
  });

  it("offers no fix that leads to this form itself", async () => {
    const error = anError("hostNotFound", [{ kind: "retry" }, { kind: "editInstance" }]);
    answers["discover"] = () => Promise.reject(error as unknown as Error);
    open();
    await click("discover");
    await screen.findByTestId("error-action-retry");
    expect(screen.queryByTestId("error-action-editInstance")).toBeNull();
    answers["discover"] = () => failing(error);
    await click("error-action-retry");
    const missing = await screen.findByTestId("discovery-missing");
    expect(Array.from(missing.querySelectorAll("button")).map((button) => button.textContent)).toEqual([
      "retry",
    ]);
  });

  it("promises no documented paths of another provider", async () => {
    answers["discover"] = () => failing(anError("hostNotFound"), null);
    open();
    await click("kind-openIdProvider");
    await type("instance-url", "https://new.example");
    await click("discover");
    const missing = await screen.findByTestId("discovery-missing");
    expect(missing.textContent).not.toContain("documented paths");
    expect(byId("discovery-result").textContent).toContain("Not known");
    expect(draftOf("discover").endpoints).toMatchObject([{ key: { kind: "provider" } }]);
  });

  it("can be saved without reading", async () => {
    open();
    await type("instance-url", "https://new.example");
    await click("save");
    await waitFor(() => {
      expect(called("save_instance")).toHaveLength(1);
    });
    expect(called("discover")).toEqual([]);
  });

  it("takes a refused endpoint only when it is told to", async () => {
    answers["discover"] = ({ draft }) =>
      draft.endpoints[0]?.tokenEndpoint
        ? report
        : failing(
            anError("unsafeEndpoint", [{ kind: "useEndpoint", url: "https://other.example/token" }], {
              detail: "Another host.",
            }),
            null,
          );
    open();
    await type("instance-url", "https://new.example");
    await click("discover");
    await screen.findByText("Another host.");
    await click("use-endpoint");
    await waitFor(() => {
      expect(called("discover")).toHaveLength(2);
    });
    expect(draftOf("discover").endpoints[0]?.tokenEndpoint).toBe("https://other.example/token");
    expect((byId("token-endpoint-platform") as HTMLInputElement).value).toBe("https://other.example/token");
  });

  it("forgets what was found when the address changes", async () => {
    open();
    await type("instance-url", "https://new.example");
    await click("discover");
    await screen.findByTestId("discovery-result");
    await type("instance-url", "https://newer.example");
    expect(screen.queryByTestId("discovery-result")).toBeNull();
  });

  it("shows what is wrong with the address at its field", async () => {
    answers["discover"] = () =>
      Promise.reject(
        anError("invalidInput", [], {
          problems: [
            { field: "url", severity: "error", message: "Plain http is used on this computer only." },
          ],
        }) as unknown as Error,
      );
    open();
    await click("discover");
    await screen.findByText("Plain http is used on this computer only.");
    expect(byId("instance-url").getAttribute("aria-invalid")).toBe("true");
  });

  it("starts with a colour that is free", () => {
    open();
    expect((byId("colour-green") as HTMLInputElement).checked).toBe(true);
  });
});

describe("editing", () => {
  it("keeps everything that was not touched", async () => {
    const onclose = open("i1");
    expect((byId("jwks-platform") as HTMLInputElement).placeholder).toBe("https://id.example/keys");
    await click("production");
    await click("save");
    await waitFor(() => {
      expect(onclose).toHaveBeenCalled();
    });
    expect(draftOf("save_instance")).toEqual({
      id: "i1",
      name: "Staging",
      kind: "scaiKey",
      url: "https://id.example",
      colour: "blue",
      production: true,
      proxy: { kind: "url", url: "http://proxy.example:3128/" },
      extraCa: "",
      endpoints: [
        { key: { kind: "platform" }, tokenEndpoint: "https://id.example/typed", jwksUri: "", issuer: "" },
        { key: { kind: "tenant", slug: "acme" }, tokenEndpoint: "", jwksUri: "", issuer: "" },
      ],
    });
  });

  it("opens at the certificates when it is asked to", async () => {
    open("i1", "extraCa");
    await waitFor(() => {
      expect(document.activeElement).toBe(byId("extra-ca"));
    });
  });

  it("takes over an endpoint that it was opened with, and saves it on demand", async () => {
    const use = { key: { kind: "tenant" as const, slug: "acme" }, url: "https://other.example/token" };
    render(InstanceDialog, { id: "i1", focus: "endpoints", use, onclose: vi.fn() });
    await waitFor(() => {
      expect((byId("token-endpoint-tenant/acme") as HTMLInputElement).value).toBe(use.url);
      expect(document.activeElement).toBe(byId("token-endpoint-tenant/acme"));
    });
    await click("save");
    expect(draftOf("save_instance").endpoints[1]?.tokenEndpoint).toBe(use.url);
  });

  it("asks before it drops what was typed", async () => {
    const onclose = open("i1");
    await type("instance-name", "Other");
    await click("cancel");
    expect(onclose).not.toHaveBeenCalled();
    await click("discard");
    expect(onclose).toHaveBeenCalledOnce();
  });
});

describe("deleting", () => {
  it("says what goes and deletes on demand", async () => {
    const onclose = vi.fn();
    const many = Array.from({ length: 10 }, (_, index) => ({ name: `app ${index}`, secret: "keychain" }));
    render(DeleteInstanceDialog, {
      instance: { ...instance, applications: many as InstanceView["applications"] },
      onclose,
    });
    expect(screen.getByText("and 2 more")).toBeTruthy();
    expect(screen.getByText("10 secrets leave the keychain.")).toBeTruthy();
    await click("confirm-delete");
    await waitFor(() => {
      expect(onclose).toHaveBeenCalled();
    });
    expect(called("delete_instance")).toEqual([["delete_instance", { instance: "i1" }]]);
  });
});
