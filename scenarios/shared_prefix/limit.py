"""The physical limit of serving prompts that begin alike: what is left when every beginning is known.

How many tokens of its prompt an honest system must compute is not told by the traffic, so none is counted: the limit is that of the
output alone, and the share of it that an engine reaches is a lower bound.
"""

from models.checkpoint import Checkpoint
from scenarios.work import Traffic, Work


def least_work(model: Checkpoint, traffic: Traffic, *, bytes_per_number: float) -> Work:
    """Bytes: every matrix once per step. Operations: every output token but the last of a request goes through the layers, every one
    through the output matrix."""
    head = model.vocabulary * model.hidden
    body = model.parameters - head * (1 if model.tied_embeddings else 2)
    steps = traffic.passes / max(traffic.in_flight, 1.0)
    through_layers = max(traffic.output_tokens - traffic.prompts, 0)
    return Work(
        streamed_bytes=steps * (body + head) * bytes_per_number,
        working_set_bytes=round((body + head) * bytes_per_number),
        operations=2.0 * (body * through_layers + head * traffic.output_tokens),
    )
