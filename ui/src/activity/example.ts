/** Views for tests. */
import type { BodyView } from "../lib/contract/BodyView";
import type { ExchangeSummary } from "../lib/contract/ExchangeSummary";
import type { ExchangeView } from "../lib/contract/ExchangeView";

export const aBody = (change: Partial<BodyView> = {}): BodyView => ({
  text: '{"detail":"no"}',
  bytes: 15,
  cut: false,
  masked: false,
  mediaType: "application/json",
  ...change,
});

export const aSummary = (change: Partial<ExchangeSummary> = {}): ExchangeSummary => ({
  id: 1,
  at: Date.UTC(2026, 10, 25, 13, 5, 12),
  purpose: "endpoint",
  instance: null,
  application: null,
  method: "GET",
  url: "https://scaikey.example/api/v1/admin/tenants/?page=2",
  status: 200,
  failure: null,
  durationMs: 38,
  failed: false,
  ...change,
});

export const anExchange = (change: Partial<ExchangeView> = {}): ExchangeView => ({
  summary: aSummary(),
  request: {
    line: "GET /api/v1/admin/tenants/ HTTP/1.1",
    headers: [{ name: "authorization", value: "Bearer ••••••••" }],
    body: null,
  },
  response: {
    line: "HTTP/1.1 200 OK",
    headers: [{ name: "content-type", value: "application/json" }],
    body: aBody(),
  },
  error: null,
  timing: { dns: 1, connect: 20, wait: 15, body: 2, total: 38, reused: false },
  connection: {
    remote: "203.0.113.7:443",
    proxy: null,
    tls: { version: "TLS 1.3", issuer: "CN=R11", subject: "CN=scaikey.example", validUntil: null },
  },
  curl: 'curl -H "Authorization: Bearer $ACCESS_TOKEN" https://scaikey.example/',
  ...change,
});
