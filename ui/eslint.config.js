import js from "@eslint/js";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

/** Layers, from the top: a file imports only from layers below its own, and a domain only from those named here. */
const below = {
  instances: [],
  applications: [],
  tokens: [],
  activity: ["tokens"],
  endpoint: ["activity", "tokens"],
  inspector: ["tokens"],
};
const domains = Object.keys(below);
const forbid = (files, groups, message) => ({
  files,
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { group: ["@tauri-apps/*"], message: "Only lib/ipc.ts talks to the shell." },
          ...groups.map((group) => ({ group: [group], message })),
        ],
      },
    ],
  },
});

export default ts.config(
  { ignores: ["dist/", "src/lib/contract/"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    plugins: { "import-x": importX },
    settings: {
      "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".js", ".svelte.ts", ".svelte"] })],
      "import-x/extensions": [".ts", ".js", ".svelte"],
      "import-x/ignore": ["node_modules"],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"], "svelte-eslint-parser": [".svelte"] },
    },
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      // Also for TypeScript files: no-cycle reads the components they import.
      parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"] },
    },
    rules: {
      eqeqeq: "error",
      "import-x/no-cycle": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "svelte/button-has-type": "error",
      "svelte/no-at-html-tags": "error",
      "svelte/no-inline-styles": "off",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
    // The type checker knows better.
    rules: { "no-undef": "off" },
  },
  forbid(["src/**"], [], ""),
  forbid(
    ["src/components/**", "src/lib/**"],
    ["**/views/*", "**/walkthrough/*", ...domains.map((domain) => `**/${domain}/*`)],
    "Components and lib know no domain.",
  ),
  ...domains.map((domain) =>
    forbid(
      [`src/${domain}/**`],
      [
        "**/views/*",
        "**/walkthrough/*",
        ...domains
          .filter((other) => other !== domain && !below[domain].includes(other))
          .map((other) => `**/${other}/*`),
      ],
      "A domain imports from components, lib and the domains below it; views put domains together.",
    ),
  ),
  // A walkthrough leads through several domains.
  forbid(["src/walkthrough/**"], ["**/views/*"], "Views show walkthroughs, not the other way round."),
  { files: ["src/lib/ipc.ts"], rules: { "no-restricted-imports": "off" } },
);
