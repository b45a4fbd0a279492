/** Views for tests. */
import type { CallReport } from "../lib/contract/CallReport";
import type { EndpointSuggestion } from "../lib/contract/EndpointSuggestion";

export const aSuggestion = (change: Partial<EndpointSuggestion> = {}): EndpointSuggestion => ({
  title: "List tenants",
  method: "GET",
  path: "/api/v1/admin/tenants/",
  query: ["page", "search"],
  body: "",
  needs: "admin:read",
  note: "",
  changes: false,
  ...change,
});

export const aReport = (change: Partial<CallReport> = {}): CallReport => ({
  exchange: 9,
  status: 200,
  reason: "OK",
  durationMs: 38,
  url: "https://scaikey.example/api/v1/admin/tenants/",
  redirectedFrom: null,
  body: {
    text: '{"items":[{"id":"tnt_1","name":"Acme"}]}',
    bytes: 40,
    cut: false,
    masked: false,
    mediaType: "application/json",
  },
  table: { columns: ["id", "name"], rows: [["tnt_1", "Acme"]], total: 1, around: ["page: 1"] },
  challenges: [],
  error: null,
  ...change,
});
