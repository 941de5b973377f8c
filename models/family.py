"""Kinds of models by name: how a checkpoint of each is recognised, and which class of transformers computes it."""

from collections.abc import Mapping

from search.value import Value


class Family(Value):
    """One kind of model."""

    name: str
    model_type: str
    """As `config.json` names it."""
    architecture: str
    """The class of transformers."""
    known_shapes: bool = True
    """Whether `architecture.weight_shapes` tells its tensors; transformers itself does for others (`models.any_model`)."""
    normed_heads: bool = False
    hears: bool = False
    """Whether it makes text of speech."""


FAMILIES: Mapping[str, Family] = {
    family.name: family
    for family in (
        Family(name="llama", model_type="llama", architecture="LlamaForCausalLM"),
        Family(name="qwen3", model_type="qwen3", architecture="Qwen3ForCausalLM", normed_heads=True),
        Family(name="olmo_hybrid", model_type="olmo_hybrid", architecture="OlmoHybridForCausalLM", known_shapes=False),
        Family(
            name="moonshine",
            model_type="moonshine_streaming",
            architecture="MoonshineStreamingForConditionalGeneration",
            known_shapes=False,
            hears=True,
        ),
    )
}
