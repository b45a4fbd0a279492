"""django-oauth-toolkit on loopback, for the tests.

It chooses its own port, says `READY <url>` on standard output, and ends when standard input closes: it cannot
outlive the test that started it. The database is in memory.

Two issuers:
  http://127.0.0.1:PORT/o      with an OpenID document and one of RFC 8414
  http://127.0.0.1:PORT/plain  with one of RFC 8414 alone
"""

import os
import sys
import threading

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.management import call_command
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer
from django.core.wsgi import get_wsgi_application

CLIENTS = {
    "demo-service": "p@ss:w/ord+%20",
    "demo-accent": "p@ss:w/ord+%20é",
}


def end_with_standard_input():
    sys.stdin.buffer.read()
    os._exit(0)


def private_key():
    return (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def configure():
    apps = ["contenttypes", "auth", "oauth2_provider"]
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "oauth2_provider"],
        # The tables as they are now, without the years of changes that led to them: seconds at every start.
        MIGRATION_MODULES=dict.fromkeys(apps),
        OAUTH2_PROVIDER={
            "ACCESS_TOKEN_EXPIRE_SECONDS": 300,
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": private_key(),
            "SCOPES": {"api:read": "Read", "api:write": "Write"},
        },
        # The secrets are stored hashed, as everywhere; a test need not wait for a slow hash.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        ROOT_URLCONF=__name__,
        SECRET_KEY="for the tests",
        USE_TZ=True,
    )
    django.setup()


def create_clients():
    from oauth2_provider.models import Application

    for client_id, secret in CLIENTS.items():
        Application.objects.create(
            authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
            client_id=client_id,
            client_secret=secret,
            client_type=Application.CLIENT_CONFIDENTIAL,
        )


def main():
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    configure()
    global urlpatterns
    from django.urls import include, path
    from oauth2_provider import urls

    # RFC 8414 §3.1 has its documents at the root, whatever the issuer's path.
    served = (urls.base_urlpatterns + urls.oidc_urlpatterns, urls.app_name)
    urlpatterns = [path("o/", include(served)), *urls.metadata_urlpatterns]
    # One thread serves, so that all requests see the one database in memory.
    call_command("migrate", run_syncdb=True, verbosity=0)
    create_clients()
    server = WSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    server.set_app(get_wsgi_application())
    print(f"READY http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


main()
