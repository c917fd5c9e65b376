"""`python -m services.feedback [serve | migrate | rebuild | republish | retry-parked]`."""

from services.feedback.main import SERVICE
from shared.main import main

if __name__ == "__main__":
    main(SERVICE)
