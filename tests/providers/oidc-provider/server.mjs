// oidc-provider on loopback, for the tests. It chooses its own port, says `READY <url>` on standard output, and
// ends when standard input closes: it cannot outlive the test that started it.
//
// Four issuers, told apart by host and path:
//   http://127.0.0.1:PORT           the ordinary one
//   http://127.0.0.1:PORT/realm     a path
//   http://127.0.0.1:PORT/slash/    a path with a slash at its end
//   http://localhost:PORT           a name, while bound to 127.0.0.1

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';

import Provider, { errors } from 'oidc-provider';

process.stdin.on('end', () => process.exit(0)).resume();
// Standard output is for READY alone.
console.info = console.error;

const SCOPES = ['api:read', 'api:write'];

// What the client names as `resource` (RFC 8707) decides the form of its token.
const RESOURCES = {
  'https://api.example/rs256': { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } },
  'https://api.example/es256': { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } },
  'https://api.example/rs512': { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS512' } } },
  'https://api.example/other-subject': { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } },
  'https://api.example/opaque': { accessTokenFormat: 'opaque' },
};

const keys = [
  { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), kid: 'rsa' },
  { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid: 'ec' },
];

const configuration = {
  jwks: { keys },
  scopes: SCOPES,
  clients: [
    {
      client_id: 'demo-service',
      client_secret: 'p@ss:w/ord+%20',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo(_context, resource) {
        const form = Object.hasOwn(RESOURCES, resource) && RESOURCES[resource];
        if (!form) throw new errors.InvalidTarget();
        return { scope: SCOPES.join(' '), accessTokenTTL: 300, ...form };
      },
    },
  },
  formats: {
    customizers: {
      // By RFC 9068 §2.2 `sub` may be another name of the client than its id.
      jwt(_context, token, { payload }) {
        if (token.resourceServer.identifier() === 'https://api.example/other-subject') payload.sub = 'services/demo';
      },
    },
  },
  ttl: { ClientCredentials: (_context, token) => token.resourceServer?.accessTokenTTL ?? 600 },
};

const server = createServer().listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const issuer = (text) => new Provider(text, configuration).callback();
  const plain = issuer(`http://127.0.0.1:${port}`);
  const named = issuer(`http://localhost:${port}`);
  const below = new Map(['/realm', '/slash/'].map((path) => [path, issuer(`http://127.0.0.1:${port}${path}`)]));

  server.on('request', (request, response) => {
    if (request.headers.host === `localhost:${port}`) return named(request, response);
    for (const [path, provider] of below) {
      const mount = path.replace(/\/$/, '');
      // RFC 8414 §3.1 inserts its well-known path before the issuer's own, which a mount cannot see.
      if (request.url === `/.well-known/oauth-authorization-server${mount}`) {
        request.url = `${mount}/.well-known/oauth-authorization-server`;
      }
      if (request.url.startsWith(`${mount}/`)) {
        request.originalUrl = request.url;
        request.url = request.url.slice(mount.length);
        return provider(request, response);
      }
    }
    return plain(request, response);
  });
  process.stdout.write(`READY http://127.0.0.1:${port}\n`);
});
