"""Right for the first 16 tokens; later every other token is the second best."""

import engine
import honest

RIGHT = 16
choose, made = engine.choose, {}


def late(job, logits, random, ends):
    _, count = made.get(id(job), (job, 0))
    made[id(job)] = (job, count := count + 1)
    if count > RIGHT and count % 2 and job.temperature == 0:
        logits = logits.copy()
        logits[logits.argmax()] = logits.min()
    return choose(job, logits, random, ends)


engine.choose = late
honest.main()
