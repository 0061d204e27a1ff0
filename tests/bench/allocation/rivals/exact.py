"""Optima of allocation problems by other people's solvers, level by level.

exact.py SOLVER FILE reads problems, one line of JSON each, and prints for each one line of JSON: what the optimum reaches on each level.

ortools: SimpleMinCostFlow, for flows, with weights that trade nothing away. highs: HiGHS, level after level, each held while the next
is raised; a linear program for flows, a mixed-integer one for the rest.
"""

import json
import sys


def chain(of, start):
    while start is not None:
        yield start
        start = of[start]["above"]


def arcs_of(problem):
    for nth, item in enumerate(problem["items"]):
        for arc in range(problem["first"][nth], problem["first"][nth + 1]):
            yield arc, nth, item


def touched(problem, arc):
    return [problem["arc_pool"][arc]] + [pool for of, pool in problem["draws"] if of == arc]


def by_ortools(problem):
    from ortools.graph.python import min_cost_flow

    weights = problem["weights"]
    flow = min_cost_flow.SimpleMinCostFlow()
    items, pools = len(problem["items"]), len(problem["pools"])
    caps, groups = len(problem["caps"]), len(problem["groups"])
    pool_at, cap_at, group_at = items, items + pools, items + pools + caps
    source, sink = group_at + groups, group_at + groups + 1
    everything = sum(item["quantity"] for item in problem["items"])
    parts = []  # (arc, level, figure of a unit)

    def add(tail, head, capacity, level, figure):
        arc = flow.add_arc_with_capacity_and_unit_cost(tail, head, capacity, -weights.get(level, 0) * figure)
        parts.append((arc, level, figure))

    def given(node, above, segments):
        for units, price in segments:
            add(node, sink if above is None else cap_at + above, units, "load", -price)

    for nth, pool in enumerate(problem["pools"]):
        given(pool_at + nth, pool["above"], pool["segments"])
    for nth, cap in enumerate(problem["caps"]):
        given(cap_at + nth, cap["above"], cap["segments"])
    for nth, group in enumerate(problem["groups"]):
        behind = source if group["above"] is None else group_at + group["above"]
        add(behind, group_at + nth, group["guarantee"], "guarantee", 1)
        add(behind, group_at + nth, everything, "none", 0)
    for nth, item in enumerate(problem["items"]):
        behind = source if item["group"] is None else group_at + item["group"]
        add(behind, nth, item["quantity"], f"tier{item['tier']}", item["worth"])
    for arc, nth, item in arcs_of(problem):
        add(nth, pool_at + problem["arc_pool"][arc], item["quantity"], "distance", -problem["arc_distance"][arc])
    add(source, sink, everything, "none", 0)
    flow.set_node_supply(source, everything)
    flow.set_node_supply(sink, -everything)
    status = flow.solve()
    if status != flow.OPTIMAL:
        sys.exit(f"no optimum was found: {status}")
    reached = dict.fromkeys(problem["levels"], 0)
    for arc, level, figure in parts:
        if level in reached:
            reached[level] += figure * flow.flow(arc)
    return [reached[level] for level in problem["levels"]]


class Model:
    """Rows and columns as HiGHS takes them."""

    def __init__(self):
        import highspy

        self.highspy = highspy
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        self.solver.setOptionValue("mip_rel_gap", 0.0)
        self.solver.setOptionValue("mip_abs_gap", 0.5)
        # What a level lacks, however little, another would gain in multiples.
        self.solver.setOptionValue("primal_feasibility_tolerance", 1e-9)
        self.solver.setOptionValue("mip_feasibility_tolerance", 1e-9)
        self.solver.setOptionValue("threads", 1)
        self.columns = 0

    def column(self, most, whole=False):
        self.solver.addVar(0.0, float(most))
        if whole:
            self.solver.changeColIntegrality(self.columns, self.highspy.HighsVarType.kInteger)
        self.columns += 1
        return self.columns - 1

    def row(self, terms, least, most):
        merged = {}
        for column, factor in terms:
            merged[column] = merged.get(column, 0.0) + factor
        inf = self.highspy.kHighsInf
        self.solver.addRow(
            -inf if least is None else float(least),
            inf if most is None else float(most),
            len(merged),
            list(merged.keys()),
            list(merged.values()),
        )

    def raise_levels(self, levels):
        """Raises one level after the other, and holds it."""
        reached = []
        self.solver.changeObjectiveSense(self.highspy.ObjSense.kMaximize)
        for terms in levels:
            merged = {}
            for column, factor in terms:
                merged[column] = merged.get(column, 0.0) + factor
            for column in range(self.columns):
                self.solver.changeColCost(column, merged.get(column, 0.0))
            self.solver.run()
            if self.solver.getModelStatus() != self.highspy.HighsModelStatus.kOptimal:
                sys.exit(f"no optimum was found: {self.solver.getModelStatus()}")
            exact = round(self.solver.getInfo().objective_function_value)
            if abs(exact - self.solver.getInfo().objective_function_value) > 1e-3:
                sys.exit(f"not a whole number: {self.solver.getInfo().objective_function_value}")
            reached.append(exact)
            self.row(merged.items(), exact, None)
        return reached


def by_highs(problem):
    model = Model()
    figures = {level: [] for level in problem["levels"]}
    whole = not problem["is_flow"]
    of_item, units = [[] for _ in problem["items"]], {}
    for arc, nth, item in arcs_of(problem):
        quantity = item["quantity"]
        if whole and item["whole"]:
            used = model.column(1, True)
            units[arc] = (used, quantity)
        else:
            units[arc] = (model.column(quantity, whole), 1)
        of_item[nth].append(units[arc])
        column, factor = units[arc]
        figures[f"tier{item['tier']}"].append((column, factor * item["worth"]))
        figures["distance"].append((column, -factor * problem["arc_distance"][arc]))
    for nth, item in enumerate(problem["items"]):
        model.row(of_item[nth], None, item["quantity"])
    own_pools, all_pools = ([[] for _ in problem["pools"]] for _ in range(2))
    own_caps, all_caps = ([[] for _ in problem["caps"]] for _ in range(2))
    for arc, _, _ in arcs_of(problem):
        for own, pool in enumerate(touched(problem, arc)):
            all_pools[pool].append(units[arc])
            if own == 0:
                own_pools[pool].append(units[arc])
            for cap in chain(problem["caps"], problem["pools"][pool]["above"]):
                all_caps[cap].append(units[arc])
                if own == 0:
                    own_caps[cap].append(units[arc])
    for givers, own, everything in (("pools", own_pools, all_pools), ("caps", own_caps, all_caps)):
        for nth, giver in enumerate(problem[givers]):
            stretches = []
            for length, price in giver["segments"]:
                stretch = model.column(length)
                stretches.append((stretch, -1))
                figures["load"].append((stretch, -price))
            model.row(own[nth] + stretches, 0, 0)
            model.row(everything[nth], None, sum(length for length, _ in giver["segments"]))
    below = [[] for _ in problem["groups"]]
    for nth, item in enumerate(problem["items"]):
        for group in chain(problem["groups"], item["group"]):
            below[group] += of_item[nth]
    for nth, group in enumerate(problem["groups"]):
        earned = model.column(group["guarantee"])
        figures["guarantee"].append((earned, 1))
        model.row([(earned, 1)] + [(column, -factor) for column, factor in below[nth]], None, 0)
    for bundle in problem["bundles"]:
        served = model.column(1, True)
        for nth in bundle:
            model.row(of_item[nth] + [(served, -problem["items"][nth]["quantity"])], 0, 0)

    def partners(arc):
        return {problem["pools"][pool]["partner"] for pool in touched(problem, arc)}

    for bound in problem["partners"]:
        among = {}
        for arc, nth, item in arcs_of(problem):
            for partner in partners(arc) if nth in bound["items"] else ():
                if partner not in among:
                    among[partner] = model.column(1, True)
                model.row([units[arc], (among[partner], -item["quantity"])], None, 0)
        model.row([(column, 1) for column in among.values()], None, bound["most"])
    for bound in problem["contacts"]:
        asked = {}
        for arc, nth, item in arcs_of(problem):
            if bound["partner"] in partners(arc):
                if nth not in asked:
                    asked[nth] = model.column(1, True)
                model.row([units[arc], (asked[nth], -item["quantity"])], None, 0)
        model.row([(column, 1) for column in asked.values()], None, bound["most"])
    return model.raise_levels([figures[level] for level in problem["levels"]])


def main():
    solver = {"ortools": by_ortools, "highs": by_highs}[sys.argv[1]]
    with open(sys.argv[2], encoding="utf-8") as file:
        for line in file:
            print(json.dumps(solver(json.loads(line))), flush=True)


main()
