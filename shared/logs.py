"""Structured logs: one JSON object a line, with correlation and causation ids; libraries' lines, too."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.stdlib import ProcessorFormatter

# What each line is given: the ids bound by request, message or timer; its level; its time (UTC).
COMMON: tuple[structlog.typing.Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)
JSON = structlog.processors.JSONRenderer(ensure_ascii=False)


def configure(service: str, level: int = logging.INFO) -> None:
    """JSON lines on standard error for this process; of libraries only warnings and worse."""
    structlog.configure(
        processors=[*COMMON, JSON],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=(structlog.stdlib.add_logger_name, *COMMON),
            processors=(ProcessorFormatter.remove_processors_meta, JSON),
        )
    )
    logging.basicConfig(handlers=[lines], level=logging.WARNING, force=True)
    structlog.contextvars.bind_contextvars(service=service)
