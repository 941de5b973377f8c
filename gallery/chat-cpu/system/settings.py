"""The parameters of this engine."""

MAX_BATCH = 16
STEP_TOKENS = 128
