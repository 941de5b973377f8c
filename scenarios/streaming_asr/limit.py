"""The physical limit of transcribing: every weight is read at least once for each transcript that was waited for."""

from models.checkpoint import Checkpoint
from scenarios.work import Traffic, Work


def least_work(model: Checkpoint, traffic: Traffic, *, bytes_per_number: float) -> Work:
    """Several streams may share a reading; a transcript of the same tokens as before needs one pass through decoder and output matrix."""
    weights = model.parameters - model.vocabulary * model.hidden - model.context_tokens * model.hidden
    readings = traffic.passes / max(traffic.in_flight, 1.0)
    return Work(
        streamed_bytes=readings * weights * bytes_per_number,
        working_set_bytes=round(weights * bytes_per_number),
        operations=2.0 * model.vocabulary * model.hidden * traffic.output_tokens,
    )
