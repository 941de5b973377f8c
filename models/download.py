"""Downloads from the hub: `python -m models.download --name ORGANISATION/NAME --out DIR`, a child whose last line tells a failure."""

import argparse
import sys
from pathlib import Path

import httpx2
from huggingface_hub import snapshot_download  # pyright: ignore[reportUnknownVariableType]
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

_FILES = (
    "config.json",
    "generation_config.json",
    "tokenizer*",
    "special_tokens_map.json",
    "chat_template.jinja",
    "*.safetensors",
    "*.safetensors.index.json",
)


def main() -> int:
    """Reads the arguments and downloads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    try:
        snapshot_download(asked.name, local_dir=asked.out, allow_patterns=list(_FILES))
    except GatedRepoError:
        return _fail("its owner must grant access first (set HF_TOKEN once granted)")
    except RepositoryNotFoundError:
        return _fail("the hub has no such model, or it is private (set HF_TOKEN)")
    except HfHubHTTPError as error:
        return _fail(f"the hub answered {error.response.status_code}")
    except (LocalEntryNotFoundError, httpx2.TransportError, OSError) as error:
        return _fail(f"the hub cannot be reached or the disk is full ({type(error).__name__}); give a local folder instead")
    return 0


def _fail(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
