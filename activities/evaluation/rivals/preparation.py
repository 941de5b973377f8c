"""From a rival's name to what starts it on this machine: found, its weights converted, its words filled in."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from activities.evaluation.ground import Ground
from activities.evaluation.rivals.conversion import ConversionFailed, convert, converted_folder, is_due
from activities.evaluation.rivals.declaration import Entrant, Filling, fill
from activities.evaluation.rivals.dialect import Dialect
from activities.evaluation.rivals.filling import environment_filling, workload_filling
from activities.evaluation.rivals.place import Missing, Place, find_place, find_program
from search.value import Value


class Prepared(Value):
    """A rival that can be started."""

    entrant: Entrant
    version: str
    command: tuple[str, ...]
    """With `{port}` left open; none for one that runs already."""
    environment: Mapping[str, str]
    dialect: Dialect

    @property
    def settings(self) -> str:
        """As a person would type it."""
        variables = [f"{name}={shlex.quote(text)}" for name, text in self.environment.items()]
        return " ".join((*variables, *map(_quoted, self.command))) or f"as it runs at {self.entrant.url}"


async def prepare(ground: Ground, entrant: Entrant, rivals_folder: Path) -> Prepared | Missing:
    """Converts the weights if that is due, holding the device. What keeps the rival from starting is a `Missing`."""
    if ground.target.name not in entrant.rival.targets:
        return Missing(reason=f"it does not run on {ground.target.name}", install="")
    place = await find_place(entrant, rivals_folder)
    if isinstance(place, Missing):
        return place
    converted = converted_folder(entrant, place, ground.checkpoint, ground.home)
    filling = {
        **workload_filling(ground.scale, ground.checkpoint, threads=ground.target.threads()),
        **environment_filling(place.environment),
        "model": str(ground.checkpoint.folder),
        "converted": str(converted),
        "port": "{port}",
    }
    try:
        if is_due(entrant, converted):
            async with ground.leased():
                ground.say(f"converting the weights for {entrant.name}")
                await convert(entrant, converted, filling)
    except ConversionFailed as failed:
        return Missing(reason=f"its weights cannot be converted: {failed}", install="")
    return _filled(ground, entrant, place, filling)


def _filled(ground: Ground, entrant: Entrant, place: Place, filling: Filling) -> Prepared:
    rival, asking = entrant.rival, entrant.rival.asking
    further = (*entrant.precision.arguments, *rival.workloads.get(ground.scenario.name, ()))
    command = [fill(word, filling) for word in (*rival.start, *further)]
    if command and rival.search.program == command[0]:
        command[0] = find_program(place.environment, command[0]) or command[0]
    return Prepared(
        entrant=entrant,
        version=place.version,
        command=tuple(command),
        environment={name: fill(text, filling) for name, text in rival.environment.items()},
        dialect=Dialect(
            model=fill(asking.model, filling),
            omit=frozenset(asking.omit),
            add=asking.add,
            token_ids=asking.token_ids,
            tokenizer=ground.checkpoint.folder,
        ),
    )


def _quoted(word: str) -> str:
    return shlex.quote(word) if "{port}" not in word else word
