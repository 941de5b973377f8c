"""Writes to the one folder of the host that it may write."""

with open("/run/candidate/full", "wb", buffering=0) as file:
    while True:
        file.write(b"x" * (1 << 20))
