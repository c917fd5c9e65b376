"""`python -m services.publisher`: serve · migrate · rebuild · republish · retry-parked."""

from services.publisher.main import SERVICE
from shared.main import main

if __name__ == "__main__":
    main(SERVICE)
