"""Pictures as SVG: pure functions from values to markup."""
