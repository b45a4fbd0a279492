/** Errors for the fake, in the words that the core has for them. */
import type { AppError } from "../src/lib/contract/AppError";
import type { Fix } from "../src/lib/contract/Fix";
import type { FixAction } from "../src/lib/contract/FixAction";
import type { ServerWords } from "../src/lib/contract/ServerWords";

const fix = (label: string, action: FixAction): Fix => ({ label, action });
const TRY_NOW = fix("Try now", { kind: "retry" });
const EDIT_INSTANCE = fix("Edit the instance", { kind: "editInstance" });
const CHECK_ENDPOINTS = fix("Check the endpoints", { kind: "editEndpoints" });
const KEYCHAIN = [
  fix("Try the keychain again", { kind: "retryKeychain" }),
  fix("Keep for this session only", { kind: "keepForSession" }),
];

export const serverWords = (change: Partial<ServerWords>): ServerWords => ({
  stage: "token",
  status: 401,
  url: "https://scaikey.staging.acme.io/api/v1/platform/oauth/token",
  error: "invalid_client",
  description: "Invalid client credentials",
  uri: null,
  excerpt: null,
  ...change,
});

/** An error in words, with what little most of them lack. */
export const error = (
  kind: string,
  title: string,
  help: string,
  fixes: Fix[] = [],
  more: Partial<Pick<AppError, "server" | "detail" | "problems">> = {},
): AppError => ({ kind, title, help, server: null, detail: null, fixes, problems: [], ...more });

export const wrongSecret = error(
  "clientRefused",
  "The server does not accept this client ID and secret.",
  "Enter the secret again. ID and secret were sent as Basic, form-encoded; some servers take them only in another way.",
  [
    fix("Enter the secret again", { kind: "enterSecret" }),
    fix("Try with secret in the body", { kind: "tryMethod", method: "clientSecretPost" }),
  ],
  { server: serverWords({}) },
);

export const offline = error(
  "unreachable",
  "scaikey.staging.acme.io:443 cannot be reached.",
  "Check your network, VPN and firewall. The app tries again when the network is back.",
  [TRY_NOW],
  { detail: "No route to host (os error 113)" },
);

export const scopeRefused = (scopes: string[]): AppError =>
  error(
    "scopeRefused",
    `The server refused the scopes that were asked for: ${scopes.join(" ")}`,
    "Ask only for scopes this application was registered with.",
    [
      fix(`Ask without ${scopes.join(" ")}`, { kind: "dropScopes", scopes }),
      fix(`Allow ${scopes.join(" ")} on the practice server`, { kind: "allowScopes", scopes }),
      fix("Change the scopes", { kind: "editScopes" }),
      fix("Open the admin UI", { kind: "openAdminUi" }),
    ],
    {
      server: serverWords({
        status: 400,
        error: "invalid_scope",
        description: `Scope ${scopes.join(" ")} is not allowed for this client`,
      }),
    },
  );

export const wrongLevel = error(
  "wrongFlavour",
  "The server says that this application may not ask here.",
  "It may be registered at another level. Each level asks at its own endpoint. How ScaiKey answers that is not documented.",
  [
    fix("Try as TENANT", { kind: "tryLevel", level: "TENANT" }),
    fix("Try as PARTNER", { kind: "tryLevel", level: "PARTNER" }),
  ],
  { server: serverWords({ status: 400, error: "unauthorized_client", description: null }) },
);

export const noDiscovery = error(
  "endpointNotFound",
  "The server has nothing at https://scaikey.staging.acme.io/tenants/widget/.well-known/openid-configuration.",
  "The documented paths are used, or what is typed by hand.",
  [CHECK_ENDPOINTS],
);

export const unsafeEndpoint = error(
  "unsafeEndpoint",
  "No secret is sent to https://login.elsewhere.example/token.",
  "If you know this address to be right, enter the endpoint by hand.",
  [
    fix("Use this endpoint", { kind: "useEndpoint", url: "https://login.elsewhere.example/token" }),
    CHECK_ENDPOINTS,
  ],
  { detail: "It is on another host than the instance." },
);

export const hostNotFound = (host: string): AppError =>
  error(
    "hostNotFound",
    `The host ${host} was not found.`,
    "Check the spelling in the instance's URL and your connection: some hosts are known only inside a VPN.",
    [TRY_NOW, EDIT_INSTANCE],
  );

export const keychainLocked = error(
  "keychainLocked",
  "The keychain is locked.",
  "Unlock it and try again. Or keep the secret in memory until the app quits.",
  KEYCHAIN,
);

export const clipboard = error(
  "clipboard",
  "The token did not reach the clipboard.",
  "Another program may hold the clipboard. Try again, or show the token and copy it yourself.",
  [fix("Show the token to copy it by hand", { kind: "showToken" }), fix("Copy again", { kind: "retry" })],
  { detail: "no clipboard owner" },
);

export const practiceStopped = error(
  "practice",
  "The practice server could not be started.",
  "Another program may use its port, or a firewall may block it. Try again.",
  [TRY_NOW],
  { detail: "Address already in use (os error 98)" },
);

export const noToken = error("noToken", "There is no token yet.", "Request one first.", [
  fix("Request a token", { kind: "retry" }),
]);

export const gone = (what: string): AppError =>
  error(
    "notFound",
    `This ${what} is not there any more.`,
    "It was deleted. Choose another one in the sidebar.",
  );
