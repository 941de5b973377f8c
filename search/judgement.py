"""What a judge found in a candidate: every finding, and whether the trial of its test bore it out."""

from search.value import Value


class Finding(Value):
    """A suspicion and the test that was to show it."""

    test: str
    """Its name; the program of one that was refuted stands in the session alone."""
    why: str
    accepted: bool
    """Whether the test failed on the candidate and passed on the starter, every time."""
    reason: str
    """What the trial saw."""


class Judgement(Value):
    """One look at one tree; it decides nothing, only tests that joined the gate do."""

    session: str
    """The transcript, below `sessions/` in the journal."""
    summary: str = ""
    """What the judge looked at, in its own words."""
    findings: tuple[Finding, ...] = ()
    failed: str = ""
    """Why there is no judgement; the candidate went on without."""
    seconds: float = 0.0
    """For which the trials held the device."""

    def sentence(self) -> str:
        """In one line."""
        if self.failed:
            return f"no judgement: {self.failed}"
        borne_out = [finding.test for finding in self.findings if finding.accepted]
        refuted = len(self.findings) - len(borne_out)
        told = [f"{', '.join(borne_out)} joined the gate"] if borne_out else []
        told += [f"{refuted} refuted by trial"] if refuted else []
        return "; ".join(told) or "no finding"
