"""This machine's processor is a target that can be measured."""

import pytest

from targets.registry import UnknownTarget, find_target


def test_the_fingerprint_names_this_machine() -> None:
    cpu = find_target("cpu")
    found = cpu.fingerprint()
    assert f"{cpu.threads()} core" in found.device_class
    assert found == cpu.fingerprint()


async def test_the_probe_measures_rates_in_the_right_order_of_size() -> None:
    peaks = await find_target("cpu").probe()
    assert peaks.device_class == find_target("cpu").fingerprint().device_class
    assert all(1e8 < rate < 1e13 for rate in peaks.read_bytes_per_second.values())
    assert all(1e8 < rate < 1e15 for rate in peaks.flops_per_second.values())
    assert peaks.flops_per_second[512] > peaks.flops_per_second[1]


def test_an_unknown_target_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownTarget, match="unknown target 'tpu'; known: cpu"):
        find_target("tpu")
