#!/usr/bin/env python3
"""A network of Linux namespaces joined in user space, so that the kernel's own TCP meets delay and loss.

Node cannot open TUN devices, and not every kernel has netem; this script has both parts. It makes a namespace with
a TUN device for each node, reads IP packets from all of them, and hands each to its target's device when it is due.
What happens to a packet is a function of the seed, its pair and its number on that pair's way: the n-th packet
from a to b has the same fate in every run.

Standard input is JSON, one object a line. The first describes the network:

  {"seed": "s", "prefix": "ps-123-", "nodes": [{"address": "10.77.0.1", "bitsPerSecond": 0}, ...],
   "path": {"delayMicros": 5000, "jitterMicros": 0, "loss": 0.01}, "paths": [{"from": 0, "to": 1, ...}],
   "congestionControl": "reno"}

`bitsPerSecond` is the speed of the node's uplink, 0 for none. Later lines change conditions or ask something:

  {"path": {...}, "paths": [...]}     all conditions anew
  {"cut": [[0, 1], [2]]}              packets pass within a group only; [] heals
  {"report": true}                    prints how late packets were since the last report

Standard output answers in the same way: {"ready": true, ...} once packets pass, and one object a report. It ends,
and takes its namespaces with it, on SIGTERM, SIGINT or the end of standard input, which the death of its caller
brings about whatever the cause.
"""

import ctypes
import fcntl
import hashlib
import heapq
import json
import os
import select
import signal
import struct
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
DEVICE = "tun0"
MTU = 1500
# A tbf that holds one full packet and lets the sender's TCP feel the queue behind it.
TBF_BURST_BYTES = 1600
TBF_LIMIT_BYTES = 16 * 1024 * 1024
# More than any window: what the kernel has sent is dropped by chance or not at all.
DEVICE_QUEUE_PACKETS = 20000
# Packets taken from one device before the others and what is due have their turn.
READS_PER_TURN = 16
# Histogram of lateness: 10 µs a bucket, up to 100 ms.
BUCKET_MICROS = 10
BUCKETS = 10000
# What every distribution's kernel starts with; a machine's own tuning is not what is measured.
SYSCTLS = {
    "net/ipv4/tcp_no_metrics_save": "1",
    "net/ipv4/tcp_slow_start_after_idle": "1",
    "net/ipv4/tcp_early_retrans": "3",
    "net/ipv4/tcp_recovery": "1",
    "net/ipv4/tcp_sack": "1",
    "net/ipv4/tcp_timestamps": "1",
    "net/ipv4/tcp_ecn": "0",
    "net/ipv4/tcp_rmem": "4096 131072 6291456",
    "net/ipv4/tcp_wmem": "4096 16384 4194304",
    "net/ipv6/conf/all/disable_ipv6": "1",
}

libc = ctypes.CDLL(None, use_errno=True)


class Ended(Exception):
    """The caller wants the network to end."""


def run(*command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")


def enter(namespace_fd):
    if libc.setns(namespace_fd, CLONE_NEWNET) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"setns: {os.strerror(error)}")


def write_sysctl(path, value):
    try:
        with open(f"/proc/sys/{path}", "w") as file:
            file.write(value)
    except FileNotFoundError:
        pass  # A kernel without the switch has nothing to be switched.


class Draws:
    """Stateless chance: numbers in [0, 1) from the seed, a pair and a packet's number."""

    def __init__(self, seed, source, target):
        key = hashlib.sha256(f"{seed}/{source}/{target}".encode()).digest()
        self.key = int.from_bytes(key[:8], "big") | 1
        self.count = 0

    def next(self):
        # splitmix64 of key and count.
        self.count += 1
        value = (self.key + self.count * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
        return ((value ^ (value >> 31)) >> 11) / (1 << 53)


class Path:
    """One direction between two nodes."""

    __slots__ = ("delay", "jitter", "loss", "draws", "last_due")

    def __init__(self, draws, last_due=0.0):
        self.draws = draws
        self.last_due = last_due


class Lateness:
    """How much later than due packets were handed over."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.buckets = [0] * (BUCKETS + 1)
        self.count = 0

    def note(self, seconds):
        self.buckets[min(BUCKETS, int(seconds * 1e6 / BUCKET_MICROS))] += 1
        self.count += 1

    def quantile(self, share):
        if self.count == 0:
            return 0
        left = share * self.count
        for place, count in enumerate(self.buckets):
            left -= count
            if left <= 0:
                return (place + 1) * BUCKET_MICROS
        return BUCKETS * BUCKET_MICROS


class Forwarder:
    def __init__(self, config):
        self.prefix = config["prefix"]
        self.seed = config["seed"]
        self.nodes = config["nodes"]
        self.congestion_control = config.get("congestionControl", "reno")
        self.made = []
        self.fds = []
        self.node_of_address = {}
        self.paths = {}
        self.group_of = None
        self.free_at = [0.0] * len(self.nodes)
        self.lateness = Lateness()
        self.forwarded = self.lost = 0
        self.heap = []
        self.order = 0
        self.condition(config)

    def make(self):
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        for index, node in enumerate(self.nodes):
            name = f"{self.prefix}{index}"
            run("ip", "netns", "add", name)
            self.made.append(name)
            namespace = os.open(f"/var/run/netns/{name}", os.O_RDONLY)
            try:
                enter(namespace)
                for path, value in SYSCTLS.items():
                    write_sysctl(path, value)
                self.choose_congestion_control()
                self.fds.append(open_tun())
            finally:
                enter(home)
                os.close(namespace)
            self.node_of_address[bytes(map(int, node["address"].split(".")))] = index
            setup = (
                f"link set lo up\n"
                f"link set {DEVICE} mtu {MTU} txqueuelen {DEVICE_QUEUE_PACKETS} up\n"
                f"addr add {node['address']}/16 dev {DEVICE}\n"
            )
            run("ip", "-n", name, "-batch", "-", text=setup)
            rate = node.get("bitsPerSecond", 0)
            if rate > 0:
                run(
                    *("tc", "-n", name, "qdisc", "add", "dev", DEVICE, "root", "tbf"),
                    *("rate", f"{rate}bit", "burst", str(TBF_BURST_BYTES)),
                    *("limit", str(TBF_LIMIT_BYTES)),
                )

    def choose_congestion_control(self):
        try:
            write_sysctl("net/ipv4/tcp_congestion_control", self.congestion_control)
        except OSError as problem:
            raise RuntimeError(
                f"congestion control {self.congestion_control} ({problem.strerror}): in a namespace"
                " the kernel allows those of net.ipv4.tcp_allowed_congestion_control, reno always"
            ) from problem

    def condition(self, change):
        if "path" in change:
            self.default = change["path"]
            self.own = {(path["from"], path["to"]): path for path in change.get("paths", [])}
            for pair, path in self.paths.items():
                self.set_path(path, pair)
        if "cut" in change:
            groups = change["cut"]
            place = {node: number for number, group in enumerate(groups) for node in group}
            self.group_of = place if groups else None

    def set_path(self, path, pair):
        conditions = {**self.default, **self.own.get(pair, {})}
        path.delay = conditions.get("delayMicros", 0) / 1e6
        path.jitter = conditions.get("jitterMicros", 0) / 1e6
        path.loss = conditions.get("loss", 0)

    def path(self, source, target):
        pair = (source, target)
        path = self.paths.get(pair)
        if path is None:
            path = self.paths[pair] = Path(Draws(self.seed, source, target))
            self.set_path(path, pair)
        return path

    def take(self, source, packet, now):
        """What becomes of one packet: it takes its uplink, and is lost or due at its target."""
        target = self.node_of_address.get(packet[16:20])
        if target is None or target == source or packet[0] >> 4 != 4:
            return
        leaves = now
        rate = self.nodes[source].get("bitsPerSecond", 0)
        if rate > 0:
            # tbf lets a packet through once it has the tokens; the link itself takes as long as its bits do.
            leaves = max(now, self.free_at[source]) + len(packet) * 8 / rate
            self.free_at[source] = leaves
        path = self.path(source, target)
        # Two draws whatever the conditions, so that changing one leaves the others where they were.
        chance, spread = path.draws.next(), path.draws.next()
        if self.group_of is not None and self.group_of.get(source) != self.group_of.get(target):
            self.lost += 1
            return
        if chance < path.loss:
            self.lost += 1
            return
        due = leaves + path.delay + (2 * spread - 1) * path.jitter
        # A queue delays; it does not reorder.
        due = path.last_due = max(due, path.last_due)
        self.order += 1
        heapq.heappush(self.heap, (due, self.order, self.fds[target], packet))

    def deliver(self):
        heap = self.heap
        while heap:
            now = time.monotonic()
            if heap[0][0] > now:
                return heap[0][0] - now
            due, _, fd, packet = heapq.heappop(heap)
            try:
                os.write(fd, packet)
            except OSError:
                self.lost += 1
                continue
            self.lateness.note(now - due)
            self.forwarded += 1
        return None

    def forward(self, commands):
        poll_fds = [*self.fds, commands.fd]
        source_of = {fd: index for index, fd in enumerate(self.fds)}
        while True:
            wait = self.deliver()
            ready, _, _ = select.select(poll_fds, [], [], wait)
            for fd in ready:
                source = source_of.get(fd)
                if source is None:
                    commands.read(self.obey)
                    continue
                for _ in range(READS_PER_TURN):
                    try:
                        packet = os.read(fd, 65536)
                    except BlockingIOError:
                        break
                    self.take(source, packet, time.monotonic())

    def obey(self, command):
        self.condition(command)
        if command.get("report"):
            say(
                {
                    "lateP50Micros": self.lateness.quantile(0.5),
                    "lateP99Micros": self.lateness.quantile(0.99),
                    "forwarded": self.forwarded,
                    "lost": self.lost,
                }
            )
            self.lateness.reset()
            self.forwarded = self.lost = 0

    def unmake(self):
        for fd in self.fds:
            os.close(fd)
        for name in self.made:
            subprocess.run(("ip", "netns", "del", name), capture_output=True)


def open_tun():
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
    return fd


class Commands:
    """Lines of standard input, without blocking on half a line."""

    def __init__(self):
        self.fd = sys.stdin.fileno()
        self.pending = b""

    def first(self):
        while b"\n" not in self.pending:
            self.fill()
        line, self.pending = self.pending.split(b"\n", 1)
        return json.loads(line)

    def fill(self):
        chunk = os.read(self.fd, 1 << 20)
        if chunk == b"":
            raise Ended
        self.pending += chunk

    def read(self, obey):
        self.fill()
        *lines, self.pending = self.pending.split(b"\n")
        for line in lines:
            if line.strip():
                obey(json.loads(line))


def say(answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def end(*_):
    raise Ended


def main():
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    commands = Commands()
    forwarder, failed = None, False
    try:
        forwarder = Forwarder(commands.first())
        forwarder.make()
        say({"ready": True})
        forwarder.forward(commands)
    except Ended:
        pass
    except (OSError, RuntimeError, KeyError, ValueError) as problem:
        say({"problem": f"{type(problem).__name__}: {problem}"})
        failed = True
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if forwarder is not None:
            forwarder.unmake()
    sys.exit(1 if failed else 0)


main()
