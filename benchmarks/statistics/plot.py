"""The report as a picture."""

# pyright: reportUnknownMemberType=false
# matplotlib leaves the types of its keyword arguments open.

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.axes import Axes

from benchmarks.statistics.noise import MODELS
from benchmarks.statistics.rules import GATE, RULES
from benchmarks.statistics.study import Report

COLOURS = dict(zip(RULES, ("#b0b0b0", "#d95f02", "#e7298a", "#7570b3", "#66a61e", "#000000"), strict=True))
LEAST = 1e-5
"""Shares below are drawn there, as a logarithm has no zero."""


def draw(report: Report, path: Path) -> None:
    """False promotions under each noise to the left, promoted shares over true gains to the right."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(13, 5.4), layout="constrained", gridspec_kw={"width_ratios": (3, 2)})
    _false(left, report)
    _power(right, report)
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _false(axes: Axes, report: Report) -> None:
    places = range(len(MODELS))
    for rule, colour in COLOURS.items():
        shares = [max(report.row(rule, noise.name).false_promotions, LEAST) for noise in MODELS]
        axes.plot(places, shares, "D" if rule == GATE else "o", color=colour, label=rule, markersize=8 if rule == GATE else 6)
    axes.axhline(0.01, color="red", linewidth=1, linestyle="--")
    axes.text(-0.4, 0.0115, "1 %, the most allowed", color="red", va="bottom", ha="left", fontsize=8)
    axes.set_yscale("log")
    axes.set_ylim(LEAST / 2, 1.5)
    axes.set_yticks([1, 0.1, 0.01, 0.001, 0.0001, LEAST], ["100 %", "10 %", "1 %", "0.1 %", "0.01 %", "0.001 %\nor less"])
    axes.set_xticks(list(places), [noise.name for noise in MODELS], rotation=35, ha="right")
    axes.grid(axis="y", color="#e6e6e6")
    axes.set_title("Identical code that is called faster, by noise")


def _power(axes: Axes, report: Report) -> None:
    for curve in report.curves:
        own = curve.rule == GATE
        axes.plot(
            [(gain - 1) * 100 for gain in curve.gains],
            [share * 100 for share in curve.promoted],
            "-D" if own else "-o",
            color=COLOURS[curve.rule],
            linewidth=2.5 if own else 1.2,
            markersize=5 if own else 3,
        )
    axes.set_xlabel("true gain, %")
    axes.set_ylabel("promoted, %")
    axes.grid(color="#e6e6e6")
    axes.set_title("Promoted by true gain, all noise at once")
