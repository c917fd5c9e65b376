"""Small functions and small files: `python -m tests.architecture.sizes` fails on larger ones."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOTS = (
    "services", "shared", "tlog", "signer", "witness", "verify", "deploy", "tests", "benchmarks", "cli",
)  # fmt: skip
FUNCTION_LINES = 40
FILE_LINES = 220
# An inspector carries it alone, and reads it from top to end.
ONE_FILE = ("verify", "gongkai_verify.py")


def too_large(path: Path) -> Iterator[str]:
    """One line of text for each function or file over its limit."""
    source = path.read_text("utf-8")
    lines = len(source.splitlines())
    if lines > FILE_LINES and path.parts[-2:] != ONE_FILE:
        yield f"{path}:1: {lines} lines, at most {FILE_LINES}"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name}: {length} lines, at most {FUNCTION_LINES}"


def main() -> None:
    paths = [path for root in ROOTS for path in sorted(Path(root).rglob("*.py"))]
    found = [line for path in paths for line in too_large(path)]
    sys.stdout.write("\n".join(found or [f"sizes: {len(paths)} files kept small"]) + "\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
