#!/usr/bin/env python3
"""Measure `berth serve` over HTTP, with wrk at 16 connections, and print tables that can be pasted into the docs.

    http.py CATALOGUE [--seconds 10] [--berth target/release/berth] [--data DIR]

CATALOGUE is a file that `berth sync` reads. It is imported into a directory of its own, which goes afterwards; --data keeps
it, and uses it as it is the next time. wrk is installed from Debian's packages where it is missing and this may be done.
The figures beside are those of the official registry v1.8.0 with PostgreSQL 15, on a machine of the same size and with a
catalogue of the same shape (127,500 versions).
"""

import argparse
import gzip
import http.client
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

# Requests a second of the official registry, by the name of the row.
OFFICIAL = {
    "ping": 88234,
    "list, limit=30": 5542,
    "list, limit=100": 2058,
    "list, limit=100, version=latest": 1362,
    "list, limit=100, cursor at 90 %": 1220,
    "search=github": 148,
    "search=zzzznotfound": 41,
    "updated_since, limit=100": 1155,
    "random versions/latest": 13874,
    "versions of the largest server": 230,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogue")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--berth", default="target/release/berth")
    parser.add_argument("--data")
    options = parser.parse_args()
    wrk = load_generator()
    with tempfile.TemporaryDirectory() as scratch:
        data = options.data or os.path.join(scratch, "data")
        if not os.path.isdir(data):
            imported(options, data)
        server = Server(options.berth, data)
        try:
            measure(server, wrk, options.seconds, scratch)
        finally:
            server.stop()


def load_generator():
    if not shutil.which("wrk"):
        if not shutil.which("apt-get") or os.geteuid() != 0:
            sys.exit("error: wrk is not installed; install it (Debian: apt-get install wrk) and run this again")
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "wrk"]):
            subprocess.run(command, check=True, stdout=sys.stderr)
    return shutil.which("wrk")


def imported(options, data):
    began = time.monotonic()
    command = [options.berth, "sync", "--data", data, f"bench={options.catalogue}", "--json"]
    report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    took = time.monotonic() - began
    print(f"imported {report['sources'][0]['imported']:,} versions in {took:.1f} s\n", flush=True)


class Server:
    """`berth serve` on a free port."""

    def __init__(self, berth, data):
        began = time.monotonic()
        command = [berth, "serve", "--data", data, "--no-sources", "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        self.port = int(re.search(r":(\d+)\s*$", line).group(1))
        ready = time.monotonic()
        self.get("/v0.1/servers?limit=1")
        print(f"start to ready line {1000 * (ready - began):.0f} ms, to first answer {1000 * (time.monotonic() - began):.0f} ms\n")

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port)

    def get(self, path, headers=None):
        connection = self.connect()
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status not in (200, 304):
            sys.exit(f"error: GET {path} answered {answer.status}: {body[:300]}")
        return answer, body

    def memory(self):
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) // 1024

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def measure(server, wrk, seconds, scratch):
    names, largest, middle, since = walk(server)
    first = len(server.get("/v0.1/servers?limit=100")[1])
    escape = urllib.parse.quote
    rows = [
        ("ping", "/v0.1/ping"),
        ("list, limit=30", "/v0.1/servers"),
        ("list, limit=100", "/v0.1/servers?limit=100"),
        ("list, limit=100, version=latest", "/v0.1/servers?limit=100&version=latest"),
        ("list, limit=100, cursor at 90 %", f"/v0.1/servers?limit=100&cursor={escape(middle, safe='')}"),
        ("search=github", "/v0.1/servers?search=github"),
        ("search=zzzznotfound", "/v0.1/servers?search=zzzznotfound"),
        ("updated_since, limit=100", f"/v0.1/servers?limit=100&updated_since={escape(since)}"),
        ("versions of the largest server", f"/v0.1/servers/{escape(largest, safe='')}/versions"),
    ]
    script = random_latest(names, scratch)
    print("| request, 16 connections | a second | p50 | p99 | body | official | times |\n|---|---:|---:|---:|---:|---:|---:|")
    for name, path in rows:
        for encoding in (None, "gzip"):
            if encoding and name == "ping":
                continue
            report(server, wrk, seconds, name, path, encoding)
    report(server, wrk, seconds, "random versions/latest", "/", None, script)
    print("\n| request, each another one | a second | p50 | p99 |\n|---|---:|---:|---:|")
    for name, template in (
        ("list, limit=100, random cursors", "/v0.1/servers?limit=100&cursor="),
        ("search of random words, limit=30", "/v0.1/servers?search="),
    ):
        words = [name.split("/")[-1][:6] for name in names] if "search" in name else names
        run = load(wrk, server, seconds, "/", None, random_paths(template, words, scratch))
        print(f"| {name} | {run['rate']:,.0f} | {run['p50']} | {run['p99']} |", flush=True)
    print(f"\nmemory of berth serve: {server.memory()} MB; limit=100 has {first:,} bytes")
    polls(server)


def walk(server):
    """All pages of 100 over one connection: what a consumer does today."""
    connection = server.connect()
    began, pages, rows, size, cursor = time.monotonic(), 0, 0, 0, ""
    names, counts, cursors, since = [], {}, [], []
    waited = 0
    while True:
        asked = time.monotonic()
        connection.request("GET", "/v0.1/servers?limit=100" + (f"&cursor={cursor}" if cursor else ""))
        body = connection.getresponse().read()
        waited += time.monotonic() - asked
        pages, size = pages + 1, size + len(body)
        # The cursor is at the end; the rest is parsed outside of what is timed.
        tail = body[-700:].decode(errors="replace")
        found = re.search(r'"nextCursor":"([^"]+)"', tail)
        began_parsing = time.monotonic()
        entries = json.loads(body)["servers"]
        for entry in entries:
            name = entry["server"]["name"]
            counts[name] = counts.get(name, 0) + 1
            since.append(entry["_meta"]["io.modelcontextprotocol.registry/official"]["updatedAt"])
        rows += len(entries)
        began += time.monotonic() - began_parsing
        if not found:
            break
        cursor = found.group(1)
        cursors.append(cursor)
    took = time.monotonic() - began
    names = list(counts)
    print(f"walk by pages of 100, one connection: {pages:,} pages, {rows:,} versions, {size:,} bytes in {took:.2f} s ({waited:.2f} s waiting)\n")
    since.sort()
    return names, max(counts, key=counts.get), cursors[len(cursors) * 9 // 10], since[-1001 if len(since) > 1001 else 0]


def random_latest(names, scratch):
    paths = [f"/v0.1/servers/{urllib.parse.quote(name, safe='')}/versions/latest" for name in names]
    return lua(paths, scratch, "latest.lua")


def random_paths(template, words, scratch):
    random.seed(1)
    chosen = [template + urllib.parse.quote(random.choice(words), safe="") for _ in range(20_000)]
    return lua(chosen, scratch, "paths.lua")


def lua(paths, scratch, name):
    listed = os.path.join(scratch, name + ".txt")
    with open(listed, "w") as file:
        file.write("\n".join(paths))
    script = os.path.join(scratch, name)
    with open(script, "w") as file:
        file.write(
            f'local paths = {{}}\nfor line in io.lines("{listed}") do paths[#paths + 1] = line end\nmath.randomseed(1)\n'
            'request = function() return wrk.format("GET", paths[math.random(#paths)]) end\n'
        )
    return script


def load(wrk, server, seconds, path, encoding, script=None):
    url = f"http://127.0.0.1:{server.port}{path}"
    command = [wrk, "-t1", "-c16", "--latency"]
    if encoding:
        command += ["-H", f"Accept-Encoding: {encoding}"]
    if script:
        command += ["-s", script]
    # The first asks fill what is kept in memory, as after the first minute of any day.
    subprocess.run(command + ["-d3s", url], check=True, stdout=subprocess.DEVNULL)
    text = subprocess.run(command + [f"-d{seconds}s", url], check=True, stdout=subprocess.PIPE, text=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"error: {url} was not answered each time:\n{text}")
    at = lambda part: re.search(rf"^\s*{part}%\s+(\S+)", text, re.M).group(1)
    return {"rate": float(re.search(r"Requests/sec:\s+(\S+)", text).group(1)), "p50": at(50), "p99": at(99)}


def report(server, wrk, seconds, name, path, encoding, script=None):
    run = load(wrk, server, seconds, path, encoding, script)
    body = "" if script else f"{len(server.get(path, {'Accept-Encoding': encoding} if encoding else {})[1]):,}"
    official = OFFICIAL.get(name)
    label = name + (f", {encoding}" if encoding else "")
    print(f"| {label} | {run['rate']:,.0f} | {run['p50']} | {run['p99']} | {body} | {official:,} | {run['rate'] / official:.1f} |", flush=True)


def polls(server):
    """What a poll costs on the wire when nothing has changed."""
    print("\n| poll of what has not changed | status | bytes of headers | body |\n|---|---:|---:|---:|")
    serial = json.loads(server.get("/v0.1/x/dev.berth/snapshot")[1])["serial"]
    for path in ("/v0.1/servers?limit=100", "/v0.1/x/dev.berth/snapshot", f"/v0.1/x/dev.berth/changes?since={serial}"):
        etag = server.get(path)[0].getheader("etag")
        answer, body = server.get(path, {"If-None-Match": etag})
        size = len(f"HTTP/1.1 {answer.status} {answer.reason}\r\n") + sum(len(f"{k}: {v}\r\n") for k, v in answer.getheaders()) + 2
        print(f"| `{path.split('=')[0] if 'since' in path else path}` | {answer.status} | {size} | {len(body)} |")


if __name__ == "__main__":
    main()
