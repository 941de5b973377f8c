"""Tests of the ledger, with real git."""
