"""`python -m services.catalog`: serve · migrate · rebuild · republish · retry-parked."""

from services.catalog.main import SERVICE
from shared.main import main

if __name__ == "__main__":
    main(SERVICE)
