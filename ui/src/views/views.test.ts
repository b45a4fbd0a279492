import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { companion } from "../lib/companion.svelte";
import type { Snapshot } from "../lib/contract/Snapshot";
import { anApplication, anError, anInstance, aSnapshot, aToken, somePreferences } from "../lib/example";
import Banners from "./Banners.svelte";
import FirstRun from "./FirstRun.svelte";
import InstancePage from "./InstancePage.svelte";
import Palette from "./Palette.svelte";
import RemoveEverythingDialog from "./RemoveEverythingDialog.svelte";
import SettingsPage from "./SettingsPage.svelte";
import Sidebar from "./Sidebar.svelte";
import UndoBar from "./UndoBar.svelte";

const { call } = vi.hoisted(() => ({ call: vi.fn() }));
vi.mock("../lib/ipc", () => ({
  call,
  onSnapshot: async () => undefined,
  toAppError: (thrown: unknown) => thrown,
}));

let revision = 1;
let answers: Record<string, unknown>;
const show = (change: Partial<Snapshot>) => {
  const snapshot = aSnapshot({ ...change, revision: revision++ });
  answers["snapshot"] = snapshot;
  companion.take(snapshot);
};
const called = (name: string) => call.mock.calls.filter(([command]) => command === name);

beforeEach(async () => {
  answers = {
    preferences: somePreferences(),
    copy_formats: [],
    storage_report: {
      configPath: "/c",
      preferencesPath: "/p",
      logPath: "/l",
      keychain: "Secret Service",
      secrets: 2,
    },
    diagnostics: { text: "Instances: 1", version: "0.1.0" },
    start_practice: "demo",
  };
  call.mockReset().mockImplementation(async (name: string) => {
    const answer = answers[name] ?? null;
    if (answer instanceof Error) throw answer;
    return answer;
  });
  show({ instances: [] });
  await companion.start();
  companion.open({ kind: "home" });
  companion.closeDialog();
  call.mockClear();
});
afterEach(cleanup);

describe("the first run", () => {
  it("starts the practice server once and opens what it made", async () => {
    let finish = (_: string): void => undefined;
    answers["start_practice"] = new Promise<string>((resolve) => (finish = resolve));
    render(FirstRun);
    const button = screen.getByTestId("try-practice");
    await fireEvent.click(button);
    expect(button.getAttribute("aria-busy")).toBe("true");
    await fireEvent.click(button);
    expect(called("start_practice")).toHaveLength(1);
    finish("demo");
    await waitFor(() => {
      expect(companion.place).toEqual({ kind: "walkthrough", id: "quickstart", step: 0 });
    });
    expect(button.getAttribute("aria-busy")).toBe("false");
  });

  it("asks for a ScaiKey", async () => {
    render(FirstRun);
    await fireEvent.click(screen.getByTestId("add-instance"));
    expect(companion.dialog).toEqual({ kind: "instance", id: null });
  });
});

describe("the sidebar", () => {
  const filled = () => {
    show({
      instances: [
        anInstance({
          id: "p",
          name: "Production",
          production: true,
          applications: [
            anApplication({
              id: "a",
              name: "first",
              token: aToken({ receivedAt: Date.now(), expiresAt: Date.now() + 3_090_000 }),
            }),
            anApplication({
              id: "b",
              name: "second",
              phase: { kind: "requesting", since: 0, renewal: true },
            }),
          ],
        }),
        anInstance({ id: "s", name: "Staging" }),
      ],
    });
  };

  it("lists instances and applications with their state, and marks what is open", () => {
    filled();
    render(Sidebar);
    const items = screen.getAllByTestId("app-item");
    expect(items.map((item) => item.textContent?.replace(/\s+/g, " ").trim())).toEqual([
      "first 51 min",
      "second renewing…",
    ]);
    expect(items.map((item) => item.getAttribute("aria-current"))).toEqual(["page", null]);
    expect(screen.getByText("PROD")).toBeTruthy();
  });

  it("opens applications, instances, the inspector, activity, settings and the palette", async () => {
    filled();
    render(Sidebar);
    await fireEvent.click(screen.getAllByTestId("app-item")[1] as HTMLElement);
    expect(companion.place).toEqual({ kind: "application", id: "b" });
    await fireEvent.click(screen.getAllByTestId("instance-item")[1] as HTMLElement);
    expect(companion.place).toEqual({ kind: "instance", id: "s" });
    await fireEvent.click(screen.getByTestId("open-inspector"));
    expect(companion.place).toEqual({ kind: "inspector" });
    expect(screen.getByTestId("open-inspector").getAttribute("aria-current")).toBe("page");
    await fireEvent.click(screen.getByTestId("activity"));
    expect(companion.place).toEqual({ kind: "activity" });
    expect(screen.getByTestId("activity").getAttribute("aria-current")).toBe("page");
    await fireEvent.click(screen.getByTestId("settings"));
    expect(companion.place).toEqual({ kind: "settings" });
    await fireEvent.click(screen.getByTestId("search"));
    expect(companion.dialog).toEqual({ kind: "palette" });
  });

  it("adds to the instance whose button it is", async () => {
    filled();
    render(Sidebar);
    await fireEvent.click(screen.getByRole("button", { name: "Add an application to Staging" }));
    expect(companion.dialog).toEqual({ kind: "application", instance: "s", id: null });
  });

  it("walks with the arrow keys and moves with Alt", async () => {
    filled();
    render(Sidebar);
    const [first, second] = screen.getAllByTestId("app-item") as [HTMLElement, HTMLElement];
    first.focus();
    await fireEvent.keyDown(first, { key: "ArrowDown" });
    expect(document.activeElement).toBe(second);
    await fireEvent.keyDown(second, { key: "ArrowUp", altKey: true });
    expect(call).toHaveBeenCalledWith("move_application", { application: "b", index: 0 });
  });
});

describe("the palette", () => {
  it("finds, chooses with the keys and opens", async () => {
    show({
      instances: [
        anInstance({
          applications: [anApplication({ id: "a", name: "alpha" }), anApplication({ id: "b", name: "beta" })],
        }),
      ],
    });
    const onclose = vi.fn();
    render(Palette, { onclose, run: vi.fn() });
    const filter = await screen.findByTestId("palette-filter");
    await fireEvent.input(filter, { target: { value: "beta" } });
    const [entry] = screen.getAllByTestId("palette-entry");
    expect(entry?.textContent).toContain("beta");
    expect(filter.getAttribute("aria-activedescendant")).toBe(entry?.id);
    await fireEvent.keyDown(filter, { key: "Enter" });
    expect(onclose).toHaveBeenCalled();
    expect(companion.place).toEqual({ kind: "application", id: "b" });
  });

  it("runs what has a key of its own, and says when nothing is found", async () => {
    show({ instances: [anInstance({ applications: [anApplication()] })] });
    const run = vi.fn();
    render(Palette, { onclose: vi.fn(), run });
    const filter = await screen.findByTestId("palette-filter");
    await fireEvent.input(filter, { target: { value: "copy token" } });
    await fireEvent.keyDown(filter, { key: "Enter" });
    expect(run).toHaveBeenCalledWith("copyToken", 0);
    await fireEvent.input(filter, { target: { value: "zzz" } });
    expect(screen.queryAllByTestId("palette-entry")).toHaveLength(0);
    expect(screen.getByText("Nothing is called “zzz”.")).toBeTruthy();
  });

  it("opens the activity, and offers to call an endpoint where an application is open", async () => {
    show({ instances: [anInstance({ applications: [anApplication({ name: "alpha" })] })] });
    companion.open({ kind: "application", id: "a1" });
    render(Palette, { onclose: vi.fn(), run: vi.fn() });
    const filter = await screen.findByTestId("palette-filter");
    await fireEvent.input(filter, { target: { value: "call an endpoint" } });
    expect(screen.getAllByTestId("palette-entry")[0]?.textContent).toContain("alpha");
    await fireEvent.input(filter, { target: { value: "activity" } });
    await fireEvent.keyDown(filter, { key: "Enter" });
    expect(companion.place).toEqual({ kind: "activity" });
  });

  it("shows no more than can be read", async () => {
    const applications = Array.from({ length: 1_000 }, (_, i) =>
      anApplication({ id: `a${i}`, name: `app-${i}` }),
    );
    show({ instances: [anInstance({ applications })] });
    render(Palette, { onclose: vi.fn(), run: vi.fn() });
    await screen.findByTestId("palette-filter");
    expect(screen.getAllByTestId("palette-entry")).toHaveLength(60);
  });
});

describe("removing everything", () => {
  it("needs the word", async () => {
    show({ instances: [anInstance({ applications: [anApplication()] })] });
    const onclose = vi.fn();
    render(RemoveEverythingDialog, { onclose });
    const button = await screen.findByTestId("remove-everything-now");
    const word = screen.getByTestId("remove-word");
    expect((button as HTMLButtonElement).disabled).toBe(true);
    await fireEvent.input(word, { target: { value: "remov" } });
    await fireEvent.submit(word.closest("form") as HTMLFormElement);
    expect(called("remove_everything")).toHaveLength(0);
    await fireEvent.input(word, { target: { value: "remove" } });
    expect((button as HTMLButtonElement).disabled).toBe(false);
    await fireEvent.submit(word.closest("form") as HTMLFormElement);
    await waitFor(() => {
      expect(onclose).toHaveBeenCalled();
    });
    expect(called("remove_everything")).toHaveLength(1);
  });

  it("says what goes, and stays when it fails", async () => {
    show({ instances: [anInstance({ applications: [anApplication()] })] });
    const onclose = vi.fn();
    answers["remove_everything"] = Object.assign(new Error(), anError("storage"));
    render(RemoveEverythingDialog, { onclose });
    const word = await screen.findByTestId("remove-word");
    expect(screen.getByText(/1 instance, 1 application/)).toBeTruthy();
    await fireEvent.input(word, { target: { value: "remove" } });
    await fireEvent.submit(word.closest("form") as HTMLFormElement);
    expect(await screen.findByRole("alert")).toBeTruthy();
    expect(onclose).not.toHaveBeenCalled();
  });
});

describe("the settings", () => {
  it("save the theme and the clipboard's time", async () => {
    render(SettingsPage);
    await fireEvent.click(screen.getByTestId("theme-dark"));
    expect(called("save_preferences").at(-1)?.[1]).toMatchObject({ preferences: { theme: "dark" } });
    await fireEvent.click(screen.getByTestId("clear-off"));
    expect(called("save_preferences").at(-1)?.[1]).toMatchObject({
      preferences: { theme: "dark", clearClipboardSeconds: null },
    });
  });

  it("save a renewal margin that fits", async () => {
    render(SettingsPage);
    await fireEvent.click(screen.getByTestId("margin-seconds"));
    const input = screen.getByTestId("default-margin");
    await fireEvent.input(input, { target: { value: "2" } });
    expect(input.getAttribute("aria-invalid")).toBe("true");
    await fireEvent.submit(input.closest("form") as HTMLFormElement);
    expect(called("set_default_margin")).toHaveLength(0);
    await fireEvent.input(input, { target: { value: "30" } });
    await fireEvent.submit(input.closest("form") as HTMLFormElement);
    expect(call).toHaveBeenCalledWith("set_default_margin", { seconds: 30 });
  });

  it("keep the seconds being typed when a snapshot comes", async () => {
    render(SettingsPage);
    await fireEvent.click(screen.getByTestId("margin-seconds"));
    const input = screen.getByTestId("default-margin") as HTMLInputElement;
    await fireEvent.input(input, { target: { value: "42" } });
    show({ instances: [anInstance()] });
    await tick();
    expect(input.value).toBe("42");
  });

  it("say what is stored where, and show and copy the diagnostics", async () => {
    render(SettingsPage);
    expect(await screen.findByText("/c")).toBeTruthy();
    expect(screen.getByTestId("secrets").textContent).toContain("2 secrets");
    expect(screen.getByTestId("keychain-status").textContent).toContain("Works");
    expect(screen.getByTestId("diagnostics").textContent).toBe("Instances: 1");
    await fireEvent.click(screen.getByTestId("copy-diagnostics"));
    expect(called("copy_diagnostics")).toHaveLength(1);
    await fireEvent.click(screen.getByTestId("remove-everything"));
    expect(companion.dialog).toEqual({ kind: "removeEverything" });
  });
});

describe("the instance page", () => {
  const practice = { port: 8089, lifetimeSeconds: 3_600, running: true, error: null };

  it("sets the practice server's lifetime", async () => {
    render(InstancePage, { instance: anInstance({ practice }) });
    expect(screen.getByTestId("practice-status").textContent).toContain("Running on port 8089");
    const input = screen.getByTestId("practice-lifetime");
    await fireEvent.input(input, { target: { value: "9" } });
    expect((screen.getByTestId("save-lifetime") as HTMLButtonElement).disabled).toBe(true);
    await fireEvent.input(input, { target: { value: "20" } });
    await fireEvent.submit(input.closest("form") as HTMLFormElement);
    expect(call).toHaveBeenCalledWith("set_practice_lifetime", { instance: "i1", seconds: 20 });
  });

  it("keeps the lifetime being typed when a snapshot comes", async () => {
    const { rerender } = render(InstancePage, { instance: anInstance({ practice }) });
    const input = screen.getByTestId("practice-lifetime") as HTMLInputElement;
    await fireEvent.input(input, { target: { value: "25" } });
    await rerender({ instance: anInstance({ practice: { ...practice } }) });
    expect(input.value).toBe("25");
  });

  it("says how each endpoint is known and what the clocks say", () => {
    const instance = anInstance({
      clockOffsetMs: 430_000,
      endpointSets: [
        {
          key: { kind: "tenant", slug: "widget" },
          tokenEndpoint: { value: "https://x/token", origin: "documented" },
          jwksUri: { value: "https://x/jwks", origin: "discovered" },
          issuer: { value: "https://x", origin: "typed" },
          discoveredAt: null,
          discoveryError: anError("hostNotFound"),
        },
      ],
    });
    render(InstancePage, { instance });
    const set = within(screen.getByTestId("endpoint-set"));
    expect(set.getByText("Documented path")).toBeTruthy();
    expect(set.getByText("From discovery")).toBeTruthy();
    expect(set.getByText("Typed by hand")).toBeTruthy();
    expect(set.getByTestId("discovery-error")).toBeTruthy();
    expect(screen.getByTestId("clock").textContent).toContain("Your clock is 7 min 10 s slow.");
  });
});

describe("the banners", () => {
  const locked = {
    name: "Secret Service",
    status: { kind: "failed" as const, error: anError("keychainLocked") },
  };

  it("tell a failed keychain where it matters, and ask it again", async () => {
    show({
      keychain: locked,
      instances: [anInstance({ applications: [anApplication({ secret: "session" })] })],
    });
    render(Banners);
    expect(screen.queryByTestId("keychain-failed")).toBeNull();
    show({ keychain: locked, instances: [anInstance({ applications: [anApplication()] })] });
    await fireEvent.click(await screen.findByTestId("retry-keychain"));
    expect(called("retry_keychain")).toHaveLength(1);
  });

  it("tell that nothing can be saved, and a problem until it is dismissed", async () => {
    show({ storage: { readOnly: "Another one is running.", canSetAside: false, notice: null } });
    render(Banners);
    expect(screen.getByTestId("read-only").textContent).toContain("Another one is running.");
    expect(screen.queryByTestId("set-aside")).toBeNull();
    await companion.attempt(() => Promise.reject(anError("noToken")));
    expect(await screen.findByTestId("problem")).toBeTruthy();
    await fireEvent.click(screen.getByTestId("dismiss-problem"));
    expect(screen.queryByTestId("problem")).toBeNull();
  });
});

it("offers to set damaged files aside", async () => {
  show({ storage: { readOnly: "Both are damaged.", canSetAside: true, notice: null } });
  render(Banners);
  await fireEvent.click(screen.getByTestId("set-aside"));
  expect(called("set_damaged_aside")).toHaveLength(1);
});

it("brings back what was deleted", async () => {
  show({ undo: { id: 4, name: "audit-export", until: Date.now() + 20_000 } });
  render(UndoBar);
  expect(screen.getByTestId("undo").textContent).toContain("Deleted audit-export.");
  await fireEvent.click(screen.getByTestId("undo-delete"));
  expect(call).toHaveBeenCalledWith("undo_delete", { id: 4 });
});
