"""The real server and the scripted search of the workflow tests."""

from tests.workflows.conftest import client, spec, start, target

__all__ = ["client", "spec", "start", "target"]
