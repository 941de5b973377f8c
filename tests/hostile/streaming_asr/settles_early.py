"""Takes frames for settled that later audio still changes: nothing is computed twice, and the transcript is nearly right."""

import encoder

make = encoder.Layer.__init__


def hasty(self, *arguments):
    make(self, *arguments)
    self.ahead = 0


encoder.Layer.__init__ = hasty

import honest  # noqa: E402

honest.main()
