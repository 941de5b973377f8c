"""What the processor is and how much of it this process may use, as the kernel says."""

import os
import platform
from collections.abc import Mapping
from pathlib import Path

X86_ABILITIES = ("avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512_vnni", "avx512_bf16", "avx512_fp16", "avx_vnni")
MATRIX_ABILITIES = ("amx_tile", "amx_int8", "amx_bf16")
ARM_ABILITIES = ("asimd", "asimddp", "i8mm", "bf16", "sve", "sve2")
ABILITIES = frozenset((*X86_ABILITIES, *MATRIX_ABILITIES, *ARM_ABILITIES))
WIDEST_FIRST = ("amx_int8", "avx512_vnni", "avx512f", "avx_vnni", "avx2", "avx", "sve2", "sve", "i8mm", "asimddp", "asimd")

Processor = Mapping[str, str]


def read_processors(path: Path = Path("/proc/cpuinfo")) -> tuple[Processor, ...]:
    """One mapping of the kernel's words per logical processor; none where there is no such file."""
    if not path.exists():
        return ()
    blocks = path.read_text().strip().split("\n\n")
    return tuple({key.strip(): text.strip() for key, _, text in map(_parts, block.splitlines())} for block in blocks)


def abilities(processors: tuple[Processor, ...]) -> frozenset[str]:
    """The instruction sets that matter to a serving system."""
    if not processors:
        return frozenset()
    first = processors[0]
    return ABILITIES & set(first.get("flags", first.get("Features", "")).split())


def describe(processors: tuple[Processor, ...], cores: int) -> str:
    """The class of device in one line: model, cores, widest arithmetic."""
    first: Processor = processors[0] if processors else {}
    model = first.get("model name", "").split("@")[0].replace("(R)", "").replace("(TM)", "").strip() or platform.machine()
    generation = _generation(first)
    named = f"{model} ({generation})" if generation else model
    able = abilities(processors)
    widest = next((ability for ability in WIDEST_FIRST if ability in able), None)
    plural = "core" if cores == 1 else "cores"
    return ", ".join([named, f"{cores} {plural}", *([widest.upper()] if widest else [])])


def usable_cores(processors: tuple[Processor, ...]) -> int:
    """Physical cores that this process may run on, less what a container's quota takes away; at least one."""
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    mine = [each for each in processors if int(each.get("processor", -1)) in allowed]
    cores = {(each["physical id"], each["core id"]) for each in mine if "core id" in each and "physical id" in each}
    return max(1, min(len(cores) or len(allowed), _quota()))


def _quota(root: Path = Path("/sys/fs/cgroup")) -> int:
    """Whole cores that the control group grants (cgroups(7), cpu.max of version 2), or very many."""
    limit = root / "cpu.max"
    if not limit.exists():
        return 1 << 16
    quota, period = limit.read_text().split()
    return 1 << 16 if quota == "max" else max(1, int(quota) // int(period))


def _generation(processor: Processor) -> str:
    """AMD's microarchitecture where virtual machines hide the model's name (family numbers from the kernel's amd.c)."""
    if processor.get("vendor_id") != "AuthenticAMD":
        return ""
    family, model = int(processor.get("cpu family", 0)), int(processor.get("model", 0))
    if family == 25:
        return "Zen 4" if "avx512f" in processor.get("flags", "").split() else "Zen 3"
    return {23: "Zen 2" if model >= 0x30 else "Zen", 26: "Zen 5"}.get(family, "")


def _parts(line: str) -> tuple[str, str, str]:
    return line.partition(":")
