"""The shape of a decoder: what its configuration says, and the tensors that follow for a Llama or a Qwen3."""

from collections.abc import Mapping

from search.value import Value


class Architecture(Value):
    """Sizes of a decoder with attention, in elements."""

    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dimension: int
    feed_forward: int
    vocabulary: int
    context_tokens: int
    tied_embeddings: bool = False
    """Whether the output matrix is the embedding itself."""
    normed_heads: bool = False
    """Whether queries and keys are normalised head by head, as in Qwen3."""


def weight_shapes(architecture: Architecture) -> Mapping[str, tuple[int, ...]]:
    """Names and shapes as transformers' `LlamaForCausalLM` and `Qwen3ForCausalLM` have them, in file order."""
    hidden, feed_forward = architecture.hidden, architecture.feed_forward
    queries, keys = architecture.heads * architecture.head_dimension, architecture.kv_heads * architecture.head_dimension
    parts = {
        "input_layernorm": (hidden,),
        "self_attn.q_proj": (queries, hidden),
        "self_attn.k_proj": (keys, hidden),
        "self_attn.v_proj": (keys, hidden),
        "self_attn.o_proj": (hidden, queries),
        "post_attention_layernorm": (hidden,),
        "mlp.gate_proj": (feed_forward, hidden),
        "mlp.up_proj": (feed_forward, hidden),
        "mlp.down_proj": (hidden, feed_forward),
    }
    if architecture.normed_heads:
        parts |= {f"self_attn.{name}_norm": (architecture.head_dimension,) for name in ("q", "k")}
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (architecture.vocabulary, hidden)}
    for layer in range(architecture.layers):
        shapes |= {f"model.layers.{layer}.{part}.weight": shape for part, shape in parts.items()}
    shapes["model.norm.weight"] = (hidden,)
    return shapes if architecture.tied_embeddings else shapes | {"lm_head.weight": (architecture.vocabulary, hidden)}
