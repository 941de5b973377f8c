"""The kernel's list of processors becomes a class of device and its abilities."""

from pathlib import Path

from targets.processor import abilities, describe, read_processors, usable_cores

ZEN_3 = """processor\t: 0
vendor_id\t: AuthenticAMD
cpu family\t: 25
model\t\t: 1
model name\t: AMD EPYC
physical id\t: 0
core id\t\t: 0
flags\t\t: fpu sse2 avx avx2 fma f16c

processor\t: 1
vendor_id\t: AuthenticAMD
cpu family\t: 25
model\t\t: 1
model name\t: AMD EPYC
physical id\t: 0
core id\t\t: 0
flags\t\t: fpu sse2 avx avx2 fma f16c
"""
XEON = """processor\t: 0
vendor_id\t: GenuineIntel
model name\t: Intel(R) Xeon(R) Platinum 8488C @ 2.4GHz
flags\t\t: avx2 avx512f avx512_vnni amx_int8 fma
"""
ARM = "processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd asimddp sve i8mm bf16\n"


def test_a_virtual_amd_is_named_by_its_generation(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(ZEN_3)
    processors = read_processors(tmp_path / "cpuinfo")
    assert describe(processors, 2) == "AMD EPYC (Zen 3), 2 cores, AVX2"
    assert abilities(processors) == {"avx", "avx2", "fma", "f16c"}


def test_an_intel_is_named_by_its_model_and_widest_arithmetic(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(XEON)
    processors = read_processors(tmp_path / "cpuinfo")
    assert describe(processors, 1) == "Intel Xeon Platinum 8488C, 1 core, AMX_INT8"
    assert {"avx512f", "avx512_vnni", "amx_int8"} < abilities(processors)


def test_an_arm_is_known_by_its_features(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(ARM)
    processors = read_processors(tmp_path / "cpuinfo")
    assert abilities(processors) == {"asimd", "asimddp", "sve", "i8mm", "bf16"}
    assert describe(processors, 4).endswith(", 4 cores, SVE")


def test_two_threads_of_one_core_are_one_core(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(ZEN_3)
    assert usable_cores(read_processors(tmp_path / "cpuinfo")) == 1


def test_a_system_without_the_list_still_has_cores(tmp_path: Path) -> None:
    assert read_processors(tmp_path / "missing") == ()
    assert abilities(()) == frozenset()
    assert usable_cores(()) >= 1
