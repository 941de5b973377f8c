"""Takes a schema and then lets the model say what it likes."""

import honest
from engine import Guides

Guides.start = lambda self, extension: None
honest.main()
