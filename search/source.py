"""A state of a candidate's source tree, named by git."""

from typing import Annotated

from pydantic import StringConstraints

from search.value import Value

ObjectId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]


class Source(Value):
    """One commit and the tree that it holds; equal trees are the same program."""

    commit: ObjectId
    tree: ObjectId
