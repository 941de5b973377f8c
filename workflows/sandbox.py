"""The deterministic sandbox that workflow code runs in; our own packages pass through: they are pure where workflows use them."""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PROJECT = ("activities", "models", "scenarios", "search", "targets", "workflows")


def workflow_runner() -> SandboxedWorkflowRunner:
    """For every worker and replayer."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PROJECT))
