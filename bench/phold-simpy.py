"""PHOLD on SimPy's bare environment: a timeout and a callback for each message.

The same work as phold.cpp with Python's own generator (Mersenne Twister), which is the cheapest there.
Processes, SimPy's usual style, are slower.

    /usr/bin/python3 phold-simpy.py --nodes 10000 --deliveries 500000
"""

import argparse
import json
import random
import time

import simpy

LATENCY_MIN_MICROS = 10_000
LATENCY_MAX_MICROS = 100_000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, required=True)
    parser.add_argument("--deliveries", type=int, required=True)
    options = parser.parse_args()

    environment = simpy.Environment()
    unit = random.Random(42).random
    nodes = options.nodes
    span = LATENCY_MAX_MICROS - LATENCY_MIN_MICROS + 1
    timeout = environment.timeout
    checksum = 0

    def deliver(event):
        nonlocal checksum
        checksum += event.value
        send()

    def send():
        latency = LATENCY_MIN_MICROS + int(unit() * span)
        timeout(latency, int(unit() * nodes)).callbacks.append(deliver)

    for _ in range(nodes):
        send()
    step = environment.step
    begin = time.perf_counter()
    for _ in range(options.deliveries):
        step()
    seconds = time.perf_counter() - begin
    print(
        json.dumps(
            {
                "nodes": nodes,
                "deliveries": options.deliveries,
                "seconds": seconds,
                "digest": f"{checksum:x}",
            }
        )
    )


main()
