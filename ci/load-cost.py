#!/usr/bin/env python3
"""CPU time per request of the load engine against other generators: `python3 ci/load-cost.py` (Linux; needs nginx and taskset, two
CPUs for the last column, openssl for TLS). Whoever is installed of wrk, hey, ab, oha and h2load takes part (`ci/install.sh peers`).
Both sides of every pair run one right after the other, in alternating order; told are medians of the ratios ours / theirs, because
absolute times of a shared machine are no evidence. PAIRS (7), REQUESTS (60000) and PROGRAM (target/release/neverslower) are variables
of the environment; arguments name the rows, tools and columns to measure, all of a kind without one."""

import math
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
BODIES = {"small": b"Hello world", "large": b"x" * 100_000, "huge": b"x" * 1_048_576}

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


# Column: CPUs of the client and of the server.
PLACEMENTS = {"unpinned": (None, None), "one core": ("0", "0"), "two cores": ("0", "1")}
# Row: scheme (h2c and h2: HTTP/2 without and with TLS), body, connections, share of REQUESTS, what ours is started through.
BATCH = ["chrt", "--batch", "0"]
ROWS = {
    "50 connections": ("http", "small", 50, 1, []),
    "1000 connections": ("http", "small", 1000, 1, []),
    "10000 connections": ("http", "small", 10_000, 1, []),
    "100 kB bodies": ("http", "large", 50, 0.25, []),
    "1 MiB bodies": ("http", "huge", 50, 0.04, []),
    "TLS": ("https", "small", 50, 1, []),
    "HTTP/2": ("h2c", "small", 10, 1, []),
    "HTTP/2, TLS": ("h2", "small", 10, 1, []),
    "ours batch": ("http", "small", 50, 1, BATCH),
}
# Descriptors that a process needs besides its connections.
OWN_FILES = 100


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
                f"worker_rlimit_nofile {files()}; events {{ worker_connections 12000; }} http {{ access_log off; keepalive_requests 1000000000; {temporary}"
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


def files():
    """Files that one process may have open."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def cost(command, count, prefix):
    """CPU seconds a request, user and system, of the whole process as the kernel counts them, and its peak memory in MiB."""
    with tempfile.TemporaryFile() as told:
        child = subprocess.Popen(prefix + command, stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.STDOUT)
        end, peak = time.monotonic() + 300, 0
        while True:
            # Its own mark: what the kernel tells of an ended child includes the memory of this script before the child was started.
            peak = max(peak, high_water(child.pid))
            pid, status, used = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > end:
                child.kill()
            time.sleep(0.01)
        child.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        said = told.read().decode(errors="replace")
    if child.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {child.returncode}\n{said[-1000:]}")
    if command[0] == "wrk":
        count = int(re.search(r"(\d+) requests in", said).group(1))
    return (used.ru_utime + used.ru_stime) / count, peak


def high_water(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as status:
            return next((int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:")), 0)
    except (FileNotFoundError, ProcessLookupError):
        return 0


def measure(server, row, tool, placement):
    """Ours over theirs: median, least and most; and the median peaks of memory of both."""
    scheme, body, connections, share, ours_through = row
    http2 = scheme in ("h2c", "h2")
    client, worker = PLACEMENTS[placement]
    server.pin(worker)
    url = f"{'https' if scheme in ('https', 'h2') else 'http'}://127.0.0.1:{server.ports[scheme]}/{body}"
    count = int(REQUESTS * share)
    # Where it costs several times as much, a part of the requests tells as much. Each connection has to get some.
    part = max(count // 3, 3 * connections) if tool in ("hey", "oha") else count
    prefix = ["taskset", "-c", client] if client else []
    us = lambda: cost(ours(url, count, connections, http2), count, prefix + ours_through)
    them = lambda: cost((HTTP2_TOOLS if http2 else TOOLS)[tool](url, part, connections), part, prefix)
    us()
    ratios, ours_peaks, their_peaks = [], [], []
    for pair in range(PAIRS):
        mine, theirs = (us(), them()) if pair % 2 == 0 else reversed((them(), us()))
        ratios.append(mine[0] / theirs[0])
        ours_peaks.append(mine[1])
        their_peaks.append(theirs[1])
    told = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
    return told, statistics.median(ours_peaks), statistics.median(their_peaks)


def obstacle(server, row, tool):
    """Why a tool cannot be measured in a row; empty where it can."""
    scheme, _, connections, _, ours_through = row
    if scheme not in server.ports:
        return "openssl is not installed"
    if ours_through and not shutil.which(ours_through[0]):
        return f"{ours_through[0]} is not installed"
    if connections + OWN_FILES > files():
        return f"a process may have {files()} files open only (ulimit -n)"
    if scheme in ("h2c", "h2") and tool not in HTTP2_TOOLS:
        return f"{tool} does not speak HTTP/2"
    return ""


def chosen(names):
    """The rows, tools and columns among the arguments; all of a kind of which none is named."""
    kinds = [list(ROWS), list(TOOLS), list(PLACEMENTS)]
    unknown = [name for name in names if not any(name in kind for kind in kinds)]
    if unknown:
        sys.exit(f"expected names among {', '.join(name for kind in kinds for name in kind)}; found {', '.join(unknown)}")
    return [[name for name in kind if name in names] or kind for kind in kinds]


def main():
    rows, tools, placements = chosen(sys.argv[1:])
    # Where ci/install.sh puts what Debian does not have.
    os.environ["PATH"] += f"{os.pathsep}{os.path.abspath('target/components/oha/bin')}"
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    missing = [name for name in ("nginx", "taskset") if not shutil.which(name)]
    absent = [name for name in tools if not shutil.which(name)]
    tools = [name for name in tools if name not in absent]
    if missing or not tools:
        print(f"skipped: not installed: {', '.join(missing or absent)}")
        return
    if absent:
        print(f"not installed, and left out: {', '.join(absent)} (ci/install.sh peers)")
    if os.cpu_count() < 2 and "two cores" in placements:
        print("left out: two cores (there is one)")
        placements.remove("two cores")
    with tempfile.TemporaryDirectory() as folder:
        server = Nginx(folder)
        try:
            print(f"CPU per request, ours / theirs: median (least-most) of {PAIRS} interleaved pairs; peak memory in MiB, ours / theirs")
            print(f"{'':<20}{'':<8}" + "".join(f"{name:<19}" for name in placements) + "memory", flush=True)
            for name in rows:
                for tool in tools:
                    why = obstacle(server, ROWS[name], tool)
                    if why:
                        print(f"{name:<20}{tool:<8}- {why}", flush=True)
                        continue
                    print(f"{name:<20}{tool:<8}", end="", flush=True)
                    mine, theirs = 0, 0
                    for placement in placements:
                        told, *peaks = measure(server, ROWS[name], tool, placement)
                        mine, theirs = max(mine, peaks[0]), max(theirs, peaks[1])
                        print(f"{told:<19}", end="", flush=True)
                    print(f"{math.ceil(mine)} / {math.ceil(theirs)}", flush=True)
        finally:
            server.stop()


main()
