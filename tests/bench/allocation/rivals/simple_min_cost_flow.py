"""OR-Tools' SimpleMinCostFlow on a transportation problem.

simple_min_cost_flow.py FILE prints one line of JSON: seconds of the solve alone (arcs are handed over before), what was reached on
each level, and the peak of memory.
"""

import json
import resource
import sys
import time

import numpy as np
from ortools.graph.python import min_cost_flow


def load(name):
    with open(name, "rb") as file:
        if file.read(8) != b"WWTRANS1":
            sys.exit("not a transportation problem")
        items, pools, arcs, tiers = (int(n) for n in np.fromfile(file, np.uint32, 4))
        weight = int(np.fromfile(file, np.int64, 1)[0])
        fields = {}
        for field, kind, count in (
            ("quantity", np.int64, items),
            ("price", np.int64, items),
            ("capacity", np.int64, pools),
            ("tier", np.uint32, items),
            ("category", np.uint32, items),
            ("pool_category", np.uint32, pools),
            ("first", np.uint32, items + 1),
            ("pool", np.uint32, arcs),
            ("distance", np.uint32, arcs),
        ):
            fields[field] = np.fromfile(file, kind, count)
    return items, pools, tiers, weight, fields


def main():
    items, pools, tiers, weight, of = load(sys.argv[1])
    # Nodes: items, pools, the sink. What an item is not given goes straight to the sink at the price of its tier.
    counts = np.diff(of["first"].astype(np.int64))
    item = np.repeat(np.arange(items, dtype=np.int32), counts)
    sink = items + pools
    nobody = np.full(items, sink, np.int32)
    tails = np.concatenate([item, np.arange(items, dtype=np.int32), np.arange(items, sink, dtype=np.int32)])
    heads = np.concatenate([items + of["pool"].astype(np.int32), nobody, np.full(pools, sink, np.int32)])
    capacities = np.concatenate([of["quantity"][item], of["quantity"], of["capacity"]])
    costs = np.concatenate([weight * of["distance"].astype(np.int64), of["price"], np.zeros(pools, np.int64)])
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities, costs)
    flow.set_nodes_supplies(
        np.arange(sink + 1, dtype=np.int32),
        np.concatenate([of["quantity"], np.zeros(pools, np.int64), [-of["quantity"].sum()]]),
    )
    begin = time.perf_counter()
    status = flow.solve()
    seconds = time.perf_counter() - begin
    if status != flow.OPTIMAL:
        sys.exit(f"no optimum was found: {status}")
    units = flow.flows(np.arange(len(item), dtype=np.int32)).astype(np.int64)
    served = np.bincount(of["tier"][item], weights=units, minlength=tiers).astype(np.int64)
    levels = [int(n) for n in served] + [-int((units * of["distance"].astype(np.int64)).sum())]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "peak_kib": peak, "levels": levels}))


main()
