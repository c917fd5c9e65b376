"""`python -m services.audit`: serve · migrate · … of the kernel, and verify · save-root · board."""

import sys

from services.audit import command
from services.audit.main import SERVICE
from shared.main import main

if len(sys.argv) > 1 and sys.argv[1] in command.COMMANDS:
    sys.exit(command.run(sys.argv[1:]))
main(SERVICE)
