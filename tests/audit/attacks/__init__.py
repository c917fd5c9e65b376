"""Row by row, the failures and attacks of the ledger: first what a plain look sees, then what is reported."""
