"""The report as Markdown."""

from collections.abc import Sequence

from benchmarks.statistics.noise import MODELS
from benchmarks.statistics.rules import BUDGET, GATE, RULES
from benchmarks.statistics.study import Report, Row


def table(report: Report) -> str:
    """Noise models, the gate under each, the other rules beside it, whole searches."""
    return "\n\n".join((_head(report), _gate(report), _rules(report), _families(report), _models())) + "\n"


def share(value: float | None) -> str:
    """A share in percent, with as many digits as it is small."""
    if value is None:
        return ""
    digits = 3 if 0 < value < 0.001 else 2 if 0 < value < 0.01 else 1
    return f"{value:.{digits}%}".replace("%", " %")


def grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table: the first column to the left, the others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _head(report: Report) -> str:
    return (
        "# What the gate lets through and what it finds\n\n"
        f"`python -m benchmarks.statistics` wrote this: {report.candidates:,} simulated null candidates per figure, a fifth as many\n"
        f"with a true gain of 5 %, seed {report.seed}. A false promotion is identical code that is called faster and confirmed.\n"
        "A window is one fresh server under load; a pair is two. A figure of 0.0 % says that none was seen among\n"
        f"those: by the rule of three its true share is below {share(3 / report.candidates)}."
    )


def _gate(report: Report) -> str:
    head = (
        "noise",
        "sd of a pair",
        "false wins",
        "false promotions",
        "pairs, no gain",
        "+5 % wins",
        "+5 % promoted",
        "pairs, +5 %",
        "5x in 3 pairs",
    )
    return "## The gate\n\n" + grid(head, [_gate_row(report.row(GATE, noise.name)) for noise in MODELS])


def _gate_row(row: Row) -> list[str]:
    shares = (row.pair_deviation, row.false_wins, row.false_promotions)
    found = (row.duel_power, row.power)
    return [
        row.noise,
        *map(share, shares),
        f"{row.null_windows / 2:.1f}",
        *map(share, found),
        f"{row.gain_windows / 2:.1f}",
        share(row.fivefold_in_three),
    ]


def _rules(report: Report) -> str:
    head = ("noise", *RULES)
    cost = [f"{report.row(rule, 'normal').null_windows:.1f}" for rule in RULES]
    false = [[noise.name, *(share(report.row(rule, noise.name).false_promotions) for rule in RULES)] for noise in MODELS]
    equal = [[noise.name, *(share(report.row(rule, noise.name).false_at_budget) for rule in RULES)] for noise in MODELS]
    power = [[noise.name, *(share(report.row(rule, noise.name).power) for rule in RULES)] for noise in MODELS]
    return "\n\n".join(
        (
            "## Beside the rules that others use",
            "False promotions per candidate; the first line says how many windows such a candidate takes:",
            grid(head, [["windows", *cost], *false]),
            f"At equal cost, the share of budgets of {BUDGET} windows spent on candidates without gain that end with a promotion:",
            grid(head, equal),
            "True gains of 5 % that are promoted:",
            grid(head, power),
        )
    )


def _families(report: Report) -> str:
    sizes = sorted({family.candidates for family in report.families})
    names = list(dict.fromkeys(family.noise for family in report.families))
    found = {(family.noise, family.candidates): family.any_promoted for family in report.families}
    rows = [[name, *(share(found[name, size]) for size in sizes)] for name in names]
    return (
        "## Whole searches without any gain\n\nShare of searches that promote one or more of their candidates, none of which is faster:\n\n"
        + grid(("noise", *(f"{size} candidates" for size in sizes)), rows)
    )


def _models() -> str:
    text = (
        "log score = effect of the code + the parts named here, for each window; drift, step and spikes do not know whose window it is. "
        "`benchmarks/statistics/noise.py` has the sizes."
    )
    return f"## The noise\n\n{text}\n\n" + "\n".join(f"- **{noise.name}**: {noise.model}." for noise in MODELS)
