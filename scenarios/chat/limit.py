"""The physical limit of serving a Llama: bytes and operations that no engine can do without, from the model's shape alone.

A step of the engine computes at most one pass for each request in flight, and streams every matrix once (Pope et al. 2022, arXiv
2211.05102, section 2). So weights are streamed at least as often as the requests in flight, together, took passes. Tokens that arrived
together may come from one pass, as speculation makes them, and count as one.
"""

from models.architecture import Architecture
from models.checkpoint import Checkpoint
from scenarios.work import Traffic, Work


def least_work(model: Checkpoint, traffic: Traffic, *, bytes_per_number: float) -> Work:
    """Bytes: matrices once per step and each request's cache once per pass. Operations: every prompt token and every output token but
    the last goes through the layers, every output token through the output matrix; each attends to what came before it."""
    body, head = layer_parameters(model), model.vocabulary * model.hidden
    steps = traffic.passes / max(traffic.in_flight, 1.0)
    cached = 2 * model.layers * model.kv_heads * model.head_dimension
    through_layers = traffic.prompt_tokens + max(traffic.output_tokens - traffic.prompts, 0)
    attended = 4 * model.layers * model.heads * model.head_dimension
    return Work(
        streamed_bytes=(steps * (body + head) + traffic.pass_context_tokens * cached) * bytes_per_number,
        working_set_bytes=round((body + head) * bytes_per_number),
        operations=2 * (body * through_layers + head * traffic.output_tokens) + attended * traffic.context_tokens,
    )


def layer_parameters(model: Architecture) -> int:
    """Weights of all layers that every token is multiplied with."""
    attention = 2 * model.hidden * (model.heads + model.kv_heads) * model.head_dimension
    return model.layers * (attention + 3 * model.hidden * model.feed_forward)
