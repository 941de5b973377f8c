"""Speech from a text and a seed: espeak-ng's voices, resampled and with noise, the same samples whenever it is asked for.

espeak-ng is a package of Debian and of most systems. What it said is kept in a folder for temporary files, by the digest of what was asked.
"""

import hashlib
import io
import os
import shutil
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.value import Value

SAMPLE_RATE = 16_000
FRAME_SAMPLES = 80
"""Audio is cut to whole frames of 5 ms."""
VOICES = ("en+m1", "en+m3", "en+m7", "en+f1", "en+f3", "en+f5", "en-us+m2", "en-us+f4", "en-gb-scotland+m4", "en-gb-x-rp+f2")
PROGRAM = "espeak-ng"
_REVISION = 1

Samples = NDArray[np.int16]


class Speech(Value):
    """What is said, by whom, how fast, and in what noise."""

    text: str
    voice: str
    words_per_minute: int
    pitch: int
    """0 to 99, in espeak's scale."""
    noise: float
    """Root mean square of the noise over that of the speech."""
    seed: int
    """Of the noise."""


class SpeechMissing(RuntimeError):
    """No program that speaks is installed; the message says which."""


def samples(speech: Speech) -> Samples:
    """16 kHz mono, cut to whole frames. Raises `SpeechMissing`."""
    place = _folder() / f"{hashlib.sha256(f'{_REVISION} {speech.model_dump_json()}'.encode()).hexdigest()[:32]}.npy"
    if not place.exists():
        fresh = place.with_name(f".{place.name}.{os.getpid()}")
        with fresh.open("wb") as file:
            np.save(file, _noisy(_spoken(speech), speech))
        fresh.replace(place)
    return np.load(place)


def require_voice() -> None:
    """Raises `SpeechMissing` where speech cannot be made."""
    if shutil.which(PROGRAM) is None:
        raise SpeechMissing(f"{PROGRAM} is not installed, and this scenario's speech is made by it; on Debian: apt-get install {PROGRAM}")


def _folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"vibeserve-speech-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _spoken(speech: Speech) -> NDArray[np.float64]:
    require_voice()
    told = [PROGRAM, "-v", speech.voice, "-s", str(speech.words_per_minute), "-p", str(speech.pitch), "--stdout", speech.text]
    done = subprocess.run(told, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with wave.open(io.BytesIO(done.stdout)) as heard:
        rate, content = heard.getframerate(), heard.readframes(heard.getnframes())
    content = content[: len(content) // 2 * 2]
    return _resampled(np.frombuffer(content, np.int16).astype(np.float64), rate)


def _resampled(heard: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """Band-limited: the spectrum is cut at half of the new rate."""
    count = round(len(heard) * SAMPLE_RATE / rate)
    return np.fft.irfft(np.fft.rfft(heard)[: count // 2 + 1], count) * (count / len(heard))


def _noisy(heard: NDArray[np.float64], speech: Speech) -> Samples:
    heard = heard[: len(heard) // FRAME_SAMPLES * FRAME_SAMPLES]
    chance = np.random.Generator(np.random.PCG64(speech.seed))
    level = speech.noise * float(np.sqrt(np.mean(np.square(heard))))
    return np.clip(np.rint(heard + level * chance.standard_normal(len(heard))), -32768, 32767).astype(np.int16)
