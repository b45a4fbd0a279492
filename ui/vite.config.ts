import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "postcss";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The zoom is the root's font size: lengths follow it in rem. Hairlines stay as they are. */
const HAIRLINE = 3;
const toRem = (value: string) =>
  value.replace(/(?<![\w.#])(\d*\.?\d+)px\b/g, (length, number: string) =>
    Number(number) <= HAIRLINE ? length : `${Number(number) / 16}rem`,
  );
const pxToRem: Plugin = {
  postcssPlugin: "px-to-rem",
  Declaration(declaration) {
    if (!declaration.value.includes("--zoom")) declaration.value = toRem(declaration.value);
  },
  AtRule: {
    container(rule) {
      rule.params = toRem(rule.params);
    },
  },
};

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  css: { postcss: { plugins: [pxToRem] } },
  resolve: {
    // The tests mount components, which the server build of Svelte cannot.
    ...(process.env["VITEST"] ? { conditions: ["browser"] } : {}),
    // `npm run dev:fake` shows every state in a plain browser; nothing of it is in the build.
    alias:
      mode === "fake"
        ? [{ find: /^(?:\.{1,2}\/)+(?:lib\/)?ipc$/, replacement: here("./dev/fake-ipc.ts") }]
        : [],
  },
  build: {
    target: "safari16.4",
    // An inlined asset is a `data:` URL, which the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { port: 5173, strictPort: true },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"] },
}));
