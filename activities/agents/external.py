"""Authors outside of VibeServe: `external` is anybody who takes work from the command line, `external:COMMAND` a command that is run."""

PROVIDER = "external"
POLICY = "author"
"""What a search of such authors names in place of a policy: whoever writes a candidate also says what it tests."""


def is_external_agent(agent: str) -> bool:
    """Whether somebody outside writes the candidates."""
    return agent.partition(":")[0] == PROVIDER


def command_of(agent: str) -> str:
    """The shell command that writes each candidate; empty when work waits for somebody to take it."""
    provider, _, command = agent.partition(":")
    return command.strip() if provider == PROVIDER else ""
