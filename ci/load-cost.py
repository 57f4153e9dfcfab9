#!/usr/bin/env python3
"""CPU time per request of the load engine against other generators: `python3 ci/load-cost.py` (Linux; needs nginx, two CPUs for
all rows; openssl for TLS). Whoever is installed of wrk, hey, ab, oha and h2load takes part. Both sides of every pair run one right
after the other, in alternating order; told are medians of the ratios ours / theirs, because absolute times of a shared machine are
no evidence. PAIRS (7), REQUESTS (60000) and PROGRAM (target/release/neverslower) are variables of the environment; arguments name
the rows to measure, all of them without one."""

import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAM = os.environ.get("PROGRAM", "target/release/neverslower")
PAIRS = int(os.environ.get("PAIRS", "7"))
REQUESTS = int(os.environ.get("REQUESTS", "60000"))
BODIES = {"small": b"Hello world", "large": b"x" * 100_000}

# What each tool is called with: a count of requests, which we read back where the tool only knows a duration.
TOOLS = {
    "wrk": lambda url, count, connections: ["wrk", "-t1", f"-c{connections}", "-d2s", url],
    "hey": lambda url, count, connections: ["hey", "-n", str(count), "-c", str(connections), url],
    "ab": lambda url, count, connections: ["ab", "-q", "-k", "-n", str(count), "-c", str(connections), url],
    "oha": lambda url, count, connections: ["oha", "--no-tui", "--insecure", "-n", str(count), "-c", str(connections), url],
    "h2load": lambda url, count, connections: ["h2load", "--h1", "-n", str(count), "-c", str(connections), url],
}
# The same over HTTP/2, several requests at a time on each connection; the others do not know it.
STREAMS = 10
HTTP2_TOOLS = {
    "oha": lambda url, count, connections: TOOLS["oha"](url, count, connections)[:-1] + ["--http2", "-p", str(STREAMS), url],
    "h2load": lambda url, count, connections: ["h2load", "-m", str(STREAMS), "-n", str(count), "-c", str(connections), url],
}


def ours(url, count, connections, http2):
    insecure = ["--insecure"] if url.startswith("https") else []
    version = ["--http2", "-p", str(STREAMS)] if http2 else []
    return [PROGRAM, "load", url, "-n", str(count), "-c", str(connections), "--json", *insecure, *version]


# Row: (pinned client, pinned server, scheme (h2c and h2: HTTP/2 without and with TLS), body, connections, share of REQUESTS, started through).
BATCH = ["chrt", "--batch", "0"]
ROWS = {
    "unpinned": (None, None, "http", "small", 50, 1, []),
    "one core": ("0", "0", "http", "small", 50, 1, []),
    "two cores": ("0", "1", "http", "small", 50, 1, []),
    "1000 connections": (None, None, "http", "small", 1000, 1, []),
    "100 kB bodies": (None, None, "http", "large", 50, 0.25, []),
    "TLS": (None, None, "https", "small", 50, 1, []),
    "HTTP/2": (None, None, "h2c", "small", 10, 1, []),
    "HTTP/2, TLS": (None, None, "h2", "small", 10, 1, []),
    "unpinned, ours batch": (None, None, "http", "small", 50, 1, BATCH),
    "one core, ours batch": ("0", "0", "http", "small", 50, 1, BATCH),
}


class Nginx:
    """A server of ours in a folder of ours, with one worker."""

    def __init__(self, folder):
        self.folder = folder
        os.chmod(folder, 0o755)
        os.mkdir(f"{folder}/www")
        for name, body in BODIES.items():
            with open(f"{folder}/www/{name}", "wb") as file:
                file.write(body)
        self.ports = {scheme: free_port() for scheme in ("http", "https", "h2c", "h2")}
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        with open(f"{folder}/nginx.conf", "w", encoding="utf-8") as file:
            file.write(
                f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;"
                f"events {{ worker_connections 4096; }} http {{ access_log off; keepalive_requests 1000000000; {temporary}"
                f"server {{ listen 127.0.0.1:{self.ports['http']}; listen 127.0.0.1:{self.ports['h2c']} http2; {self.tls()} "
                f"root {folder}/www; }} }}"
            )
        command = ["nginx", "-c", f"{folder}/nginx.conf", "-p", folder]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_for(self.ports["http"])

    def tls(self):
        if not shutil.which("openssl"):
            del self.ports["https"], self.ports["h2"]
            return ""
        made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-keyout", f"{self.folder}/key.pem", "-out", f"{self.folder}/cert.pem"]
        subprocess.run(made, check=True, capture_output=True)
        certificate = f"ssl_certificate {self.folder}/cert.pem; ssl_certificate_key {self.folder}/key.pem;"
        return f"listen 127.0.0.1:{self.ports['https']} ssl; listen 127.0.0.1:{self.ports['h2']} ssl http2; {certificate}"

    def pin(self, cpus):
        cpus = cpus or f"0-{os.cpu_count() - 1}"
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=True)
        for pid in [str(self.process.pid), *listed.stdout.split()]:
            subprocess.run(["taskset", "-pc", cpus, pid], check=True, capture_output=True)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def wait_for(port):
    for _ in range(200):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    sys.exit("nginx does not listen")


def cost(command, count, prefix):
    """CPU seconds a request, user and system, of the whole process as the kernel counts them."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(prefix + command, capture_output=True, text=True, timeout=300, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout[-500:]}\n{done.stderr[-500:]}")
    if command[0] == "wrk":
        count = int(re.search(r"(\d+) requests in", done.stdout).group(1))
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / count


def measure(server, row, tools):
    """Ours over theirs, a median for each tool."""
    client, worker, scheme, body, connections, share, ours_through = row
    if scheme not in server.ports:
        return None
    server.pin(worker)
    http2 = scheme in ("h2c", "h2")
    secured = scheme in ("https", "h2")
    url = f"{'https' if secured else 'http'}://127.0.0.1:{server.ports[scheme]}/{body}"
    count = int(REQUESTS * share)
    prefix = ["taskset", "-c", client] if client else []
    us = lambda: cost(ours(url, count, connections, http2), count, prefix + ours_through)
    us()
    ratios = {}
    known = HTTP2_TOOLS if http2 else TOOLS
    for tool in tools:
        if tool not in known:
            ratios[tool] = "-"
            continue
        # Where it costs several times as much, a part of the requests tells as much.
        part = count // 3 if tool in ("hey", "oha") else count
        them = lambda: cost(known[tool](url, part, connections), part, prefix)
        found = []
        for pair in range(PAIRS):
            if pair % 2 == 0:
                mine, theirs = us(), them()
            else:
                theirs, mine = them(), us()
            found.append(mine / theirs)
        ratios[tool] = f"{statistics.median(found):.2f} ({min(found):.2f}-{max(found):.2f})"
    return ratios


def main():
    missing = [name for name in ("nginx", "taskset") if not shutil.which(name)]
    tools = [name for name in TOOLS if shutil.which(name)]
    if missing or not tools:
        print(f"skipped: not installed: {', '.join(missing) or ' '.join(TOOLS)}")
        return
    wanted = sys.argv[1:] or list(ROWS)
    unknown = [name for name in wanted if name not in ROWS]
    if unknown:
        sys.exit(f"expected rows among {', '.join(ROWS)}; found {', '.join(unknown)}")
    with tempfile.TemporaryDirectory() as folder:
        server = Nginx(folder)
        try:
            print(f"CPU per request, ours / theirs: median (least-most) of {PAIRS} interleaved pairs")
            print(f"{'':<22}" + "".join(f"{tool:<20}" for tool in tools), flush=True)
            for name in wanted:
                row = ROWS[name]
                cpus = {int(cpu) for cpu in row[:2] if cpu}
                if max(cpus, default=0) >= os.cpu_count() or (row[6] and not shutil.which(row[6][0])):
                    continue
                ratios = measure(server, row, tools)
                if ratios:
                    print(f"{name:<22}" + "".join(f"{ratios[tool]:<20}" for tool in tools), flush=True)
        finally:
            server.stop()


main()
