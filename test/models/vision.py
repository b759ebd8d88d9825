"""Image classifiers of torchvision, and small ones of the same operators."""

import torch
import torchvision
from torch import nn

# The same operators as the full-size network, at a size for every commit.
SMALL = {
    "vit_small": lambda: torchvision.models.VisionTransformer(
        image_size=64,
        patch_size=16,
        num_layers=2,
        num_heads=4,
        hidden_dim=64,
        mlp_dim=128,
        num_classes=50,
    ),
    "swin_small": lambda: torchvision.models.SwinTransformer(
        patch_size=[4, 4],
        embed_dim=32,
        depths=[2, 2],
        num_heads=[2, 4],
        window_size=[7, 7],
        num_classes=50,
    ),
    "convnext_small": lambda: torchvision.models.ConvNeXt(
        [
            torchvision.models.convnext.CNBlockConfig(32, 64, 2),
            torchvision.models.convnext.CNBlockConfig(64, None, 2),
        ],
        num_classes=50,
    ),
}

# Constructors with auxiliary heads, which exist for training only. Their own
# initialisation is slow (truncated normal) and is replaced anyhow.
WITHOUT_HEADS = {"aux_logits": False, "init_weights": False, "transform_input": False}
ARGUMENTS = {"googlenet": WITHOUT_HEADS, "inception_v3": WITHOUT_HEADS}


def make(network) -> nn.Module:
    """The network in inference mode."""
    if network.name in SMALL:
        model = SMALL[network.name]()
    else:
        constructor = getattr(torchvision.models, network.name)
        model = constructor(weights=None, **ARGUMENTS.get(network.name, {}))
    model.eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # Initialised to next to nothing, which would hide whole blocks.
            if name.endswith("layer_scale"):
                parameter.uniform_(0.4, 0.8)
            elif name.endswith(("relative_position_bias_table", "pos_embedding")):
                parameter.normal_(0, 0.5)
            elif name == "class_token":
                parameter.normal_(0, 1)
    return model
