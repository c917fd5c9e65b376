"""`python -m services.approval`: serve · migrate · rebuild · republish · retry-parked."""

from services.approval.main import SERVICE
from shared.main import main

if __name__ == "__main__":
    main(SERVICE)
