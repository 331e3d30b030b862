"""Writes reference.json: overlays as lists of links, and what networkx measures on them.

Made with networkx 2.8.8 (Debian 12, python3-networkx):  /usr/bin/python3 reference.py > reference.json
Conventions as in src/analysis: clustering and paths on the undirected overlay, nodes of fewer than two
neighbours count as 0 in the clustering, paths over pairs that reach each other.
"""

import json
import statistics

import networkx as nx


def measure(name, graph):
    both = graph.to_undirected()
    lengths = [
        hops
        for source, reached in nx.all_pairs_shortest_path_length(both)
        for target, hops in reached.items()
        if target != source
    ]
    out_degrees = [degree for _, degree in graph.out_degree()]
    in_degrees = [degree for _, degree in graph.in_degree()]
    weak = [len(part) for part in nx.weakly_connected_components(graph)]
    strong = [len(part) for part in nx.strongly_connected_components(graph)]
    return {
        "name": name,
        "nodes": graph.number_of_nodes(),
        "links": " ".join(f"{source}>{target}" for source, target in sorted(graph.edges())),
        "density": nx.density(graph),
        "outDegreeDeviation": statistics.pstdev(out_degrees),
        "inDegreeDeviation": statistics.pstdev(in_degrees),
        "weakComponents": {"count": len(weak), "largest": max(weak)},
        "strongComponents": {"count": len(strong), "largest": max(strong)},
        "reciprocity": nx.overall_reciprocity(graph),
        "clustering": nx.average_clustering(both),
        "averageShortestPath": sum(lengths) / len(lengths),
        "diameter": max(lengths),
    }


OVERLAYS = [
    ("random 4-out of 60 nodes", nx.random_k_out_graph(60, 4, 1000, self_loops=False, seed=1)),
    ("sparse with several parts", nx.gnp_random_graph(80, 0.012, seed=2, directed=True)),
    ("small world", nx.DiGraph(nx.connected_watts_strogatz_graph(100, 6, 0.1, seed=3))),
    ("preferential attachment", nx.DiGraph(nx.scale_free_graph(90, seed=4))),
    ("chain in one direction", nx.path_graph(70, create_using=nx.DiGraph)),
    ("karate club", nx.DiGraph(nx.karate_club_graph())),
    ("complete", nx.complete_graph(40, create_using=nx.DiGraph)),
]


def simple(graph):
    plain = nx.DiGraph()
    plain.add_nodes_from(graph.nodes())
    plain.add_edges_from((source, target) for source, target in graph.edges() if source != target)
    return plain


print(json.dumps([measure(name, simple(graph)) for name, graph in OVERLAYS], indent=2))
