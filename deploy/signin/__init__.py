"""A small local issuer of tokens for embedded mode; Keycloak takes its place in compose and cluster."""
