"""How far an incremental engine is from transformers over the same audio, after each piece: `hearing.py TREE MODEL`, JSON on stdout."""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForSpeechSeq2Seq

TREE, MODEL = sys.argv[1:]
sys.path.insert(0, TREE)

from decoder import Past  # noqa: E402
from engine import Engine  # noqa: E402

FRAME, FRAMES = 80, (1, 1, 2, 100, 7, 400, 33, 1, 60)
chance = np.random.default_rng(1)
audio = (0.1 * chance.standard_normal(FRAME * sum(FRAMES))).astype(np.float32)
reference = AutoModelForSpeechSeq2Seq.from_pretrained(MODEL, dtype=torch.float32).eval()
engine = Engine(Path(MODEL))
stream, heard, told = engine.open(), 0, []

with torch.inference_mode():
    for frames in FRAMES:
        piece = audio[heard : heard + frames * FRAME]
        heard += len(piece)
        stream.told = stream.transcribe(piece, 2 + heard // 2000)
        ids = torch.tensor([[engine.start, *stream.told[:-1]]])
        so_far = torch.from_numpy(audio[:heard])[None]
        right = reference(so_far, attention_mask=torch.ones(so_far.shape, dtype=torch.int64), decoder_input_ids=ids).logits[0]
        own = engine.decoder(ids[0].tolist(), stream.memory, Past(engine.decoder))
        choices = right.argmax(-1).tolist()
        told.append({"error": float((own - right).abs().max()), "tokens": len(stream.told), "agree": choices == stream.told})
print(json.dumps(told))
