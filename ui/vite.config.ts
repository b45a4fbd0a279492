import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
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
