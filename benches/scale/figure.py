"""A measured figure beside its goal and beside something else that was measured in the same run."""

import statistics
from dataclasses import dataclass

MB = 1_000_000
# What is to be reached on two cores, by the number of articles.
SIZES = (10_000, 100_000, 1_000_000)
GOALS = {
    "cold start": (0.5, 4, 60),
    "first edition": (1, 8, 90),
    "warm restart": (0.2, 0.6, 5),
    "resident": (130, 160, 350),
    "change visible p99": (300, 300, 500),
    "CPU of a change": (5, 5, 10),
    "first answer p99": (30, 30, 30),
    "crowd p99": (1.5, 1.5, 1.5),
    "crowd renders": (1, 1, 1),
    "probe p99 in a burst": (20, 20, 20),
    "editions a second": (1, 1, 1),
    "selections p99": (50, 50, 50),
    "selections not answered": (1, 1, 1),
    "others beside selections": (10, 10, 10),
    "publication beside selections": (1.2, 1.2, 1.2),
    # It is to stay where it was; a twentieth is the noise of an allocator.
    "memory of a walk": (1.05, 1.05, 1.05),
}


@dataclass
class Figure:
    """One line of the table. `goal` names a row of GOALS where there is one."""

    what: str
    value: float
    unit: str
    beside: str = ""
    other: float = 0.0
    goal: str = ""

    def line(self, articles: int) -> str:
        goal = f"{goal_at(self.goal, articles):g}" if self.goal else ""
        missed = "MISSED" if self.goal and self.value > goal_at(self.goal, articles) else ""
        ratio = f"{self.value / self.other:.3g} × {self.beside}" if self.other else ""
        return f"{self.what:40} {self.value:10,.2f} {self.unit:3} {goal:>6} {missed:6} {ratio}"


def goal_at(goal: str, articles: int) -> float:
    """The goal for this many articles: that of the next size in the table."""
    column = sum(size < articles for size in SIZES[:-1])
    return GOALS[goal][column]


def percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
