"""Peaks are stored, found again, and read off at any size."""

from pathlib import Path

import pytest

from targets.peaks import Peaks, read_peaks, write_peaks

PEAKS = Peaks(
    device_class="AMD EPYC (Zen 3), 2 cores, AVX2",
    cores=2,
    abilities=frozenset({"avx2"}),
    read_bytes_per_second={1000: 50.0, 2000: 30.0},
    flops_per_second={1: 10.0, 8: 60.0, 512: 300.0},
)


def test_stored_peaks_are_found_again(tmp_path: Path) -> None:
    write_peaks(tmp_path / "home/probe.json", PEAKS)
    assert read_peaks(tmp_path / "home/probe.json") == PEAKS
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["probe.json"]


@pytest.mark.parametrize("text", [None, "", "{}", '{"cores": "many"}'])
def test_missing_or_spoiled_peaks_are_none(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "probe.json").write_text(text)
    assert read_peaks(tmp_path / "probe.json") is None


@pytest.mark.parametrize(("size", "rate"), [(1, 50.0), (1000, 50.0), (1001, 30.0), (9000, 30.0)])
def test_the_read_rate_is_that_of_the_next_larger_working_set(size: int, rate: float) -> None:
    assert PEAKS.read_rate(size) == rate


def test_of_two_probes_the_better_figure_counts() -> None:
    one = Peaks(device_class="a", cores=2, abilities=frozenset(), read_bytes_per_second={1: 5.0, 2: 3.0}, flops_per_second={1: 7.0, 8: 1.0})
    two = one.model_copy(update={"read_bytes_per_second": {1: 4.0, 2: 6.0}, "flops_per_second": {8: 2.0}, "int8_ops_per_second": 9.0})
    best = one.best_of(two)
    assert best.read_bytes_per_second == {1: 5.0, 2: 6.0}
    assert best.flops_per_second == {1: 7.0, 8: 2.0}
    assert best.int8_ops_per_second == two.best_of(one).int8_ops_per_second == 9.0
    assert one.best_of(one).int8_ops_per_second is None
