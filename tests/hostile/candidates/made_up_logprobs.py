"""Makes the log-probabilities up instead of a softmax over the vocabulary."""

from dataclasses import replace

import engine
import honest


class Inventive(engine.Engine):
    async def generate(self, job):
        async for tokens in super().generate(replace(job, logprobs=None)):
            yield [replace(t, logprob=-0.5, best=tuple(self.invented(t.number, job.logprobs or 0))) for t in tokens]

    def invented(self, number, count):
        return (((number + n) % self.vocabulary_size, -0.5 - 3 * n) for n in range(count))


honest.Engine = Inventive
honest.main()
