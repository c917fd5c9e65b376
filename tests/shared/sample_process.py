"""The sample as a program: `SAMPLE=feedback python -m tests.shared.sample_process serve`."""

import os

from shared.main import main
from tests.shared.sample import Ledger, sample

if __name__ == "__main__":
    main(sample(Ledger(), os.environ["SAMPLE"]))
