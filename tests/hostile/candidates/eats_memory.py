"""Takes all the memory that it can get."""

held = []
while True:
    held.append(b"x" * (16 << 20))
