"""Whether a registry answers: a few requests, and a table of what came."""

import json
import time
import urllib.error
import urllib.request

PATIENCE = 60


def fetch(url, body=None, token=None):
    """Status, body."""
    headers = {"Content-Type": "application/json"} if body is not None else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=40) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def await_answer(url):
    """Waits for the first good answer."""
    until = time.time() + PATIENCE
    while True:
        try:
            status, body = fetch(url)
            if status == 200 or time.time() > until:
                return status, body
        except OSError:
            if time.time() > until:
                raise
        time.sleep(0.1)


def table(url, publishes):
    """Tries the registry; whether all went well. `publishes`: anonymously, which leaves a server behind."""
    name = f"io.modelcontextprotocol.anonymous/smoke-test-{int(time.time())}"
    document = {
        "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
        "name": name,
        "description": "Whether a publish works",
        "version": "1.0.0",
    }
    escaped = name.replace("/", "%2F")
    rows = [
        ("ping", "/v0.1/ping", None, b"pong"),
        ("list", "/v0.1/servers?limit=1", None, b'"servers"'),
        ("document of the API", "/openapi.json", None, b'"openapi"'),
        ("public keys", "/.well-known/jwks.json", None, b'"keys"'),
    ]
    if publishes:
        rows += [
            ("login", "/v0.1/auth/none", {}, b"registry_token"),
            ("publish", "/v0.1/publish", document, name.encode()),
            ("list what was published", f"/v0.1/servers?search={name.split('/')[1]}", None, name.encode()),
            ("read it", f"/v0.1/servers/{escaped}/versions/latest", None, name.encode()),
        ]
    token, good = None, True
    print("\n| smoke test | status | ms | |\n|---|---:|---:|---|")
    for title, path, body, expected in rows:
        began = time.time()
        status, answer = fetch(url + path, body, token)
        taken = round((time.time() - began) * 1000)
        fits = status == 200 and expected in answer
        good = good and fits
        print(f"| {title} | {status} | {taken} | {'ok' if fits else answer[:200].decode(errors='replace')} |")
        if title == "login" and fits:
            token = json.loads(answer)["registry_token"]
    return good
