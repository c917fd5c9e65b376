"""The machine that is measured on, in one line, and whether others use it at the same time."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def description() -> str:
    """Processor, cores, memory, system, Python."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{_processor()}，{os.cpu_count()} 核，{memory:.0f} GB 内存，"
        f"{platform.system()} {platform.release()}，Python {platform.python_version()}"
    )


def busy() -> str:
    """A warning when the load of the last minute says that others are working here; empty if not."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    return f"（测量开始时系统负载 {load:.1f}：结果偏低。）" if load > 0.3 * cores else ""


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text("utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its living children so far; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    except OSError:
        return 0.0
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu_seconds(int(child)) for child in children)
