"""Turns what a person typed for a search into a valid Spec; each mistake names what would be right."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from activities.agents.assignment import BadAssignment, is_model_agent, read_assignment
from activities.agents.external import POLICY as AUTHOR
from activities.agents.external import command_of, is_external_agent
from activities.agents.prices import BrokenPrices, price_of, read_prices
from activities.home import Home
from activities.ledger.ledger import Ledger
from cli.mistakes import Misuse, misuse
from models.checkpoint import BrokenCheckpoint, read_checkpoint
from models.preset import PRESETS
from models.speech import SpeechMissing, require_voice
from scenarios.registry import UnknownScenario, find_scenario
from search.baseline import baseline_name, baseline_spec
from search.policy import UnknownPolicy, find_policy
from search.spec import Correctness, Spec
from search.value import Value
from targets.registry import UnknownTarget, find_target

AGENTS = ("recipes", "openai:MODEL", "external", "external:COMMAND")
PLANNER = "planner"
CORRECTNESS: Mapping[str, Correctness] = {"lossless": "lossless", "bounded": "bounded"}
NAME_RULE = "small letters, digits and hyphens, at most 40, beginning with a letter or digit"
HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")


class Question(Value):
    """A valid request for one scenario on one target with one model."""

    scenario: str
    target: str
    model: str
    """A preset, an absolute folder, or a hub name."""
    correctness: Correctness


class Author(Value):
    """Who writes candidates, and who chooses what they test."""

    agent: str
    agent_network: bool
    policy: str


def check_question(scenario: str, *, target: str, model: str, correctness: str) -> Question:
    """Names that exist and a model that can be read, or Misuse."""
    with misuse(UnknownScenario, UnknownTarget, SpeechMissing):
        asked = find_scenario(scenario)
        family = asked.family
        find_target(target)
        if asked.api == "speech":
            require_voice()
    if correctness not in CORRECTNESS:
        raise Misuse(f"unknown correctness policy {correctness!r}; known: {', '.join(CORRECTNESS)}")
    return Question(scenario=scenario, target=target, model=check_model(model, family=family), correctness=CORRECTNESS[correctness])


def check_model(model: str, *, family: str) -> str:
    """The model's name as a search keeps it: a folder becomes absolute, so that the worker finds it too."""
    presets = PRESETS[family]
    if model in presets:
        return model
    folder = Path(model).expanduser()
    if folder.is_dir():
        with misuse(BrokenCheckpoint):
            read_checkpoint(folder.absolute(), name=model, family=family)
        return str(folder.absolute())
    if HUB_NAME.fullmatch(model):
        return model
    known = f"neither a preset ({', '.join(presets)}), nor a folder, nor a hub name like ORGANISATION/NAME"
    raise Misuse(f"unknown model {model!r}: {known}; see `vibeserve model list`")


def check_author(agent: str, *, policy: str | None, network: bool) -> Author:
    """An agent that this version has, with what goes with it."""
    return Author(agent=check_agent(agent), agent_network=check_network(agent, network), policy=check_chooser(agent, policy))


def check_agent(agent: str) -> str:
    """An agent that this version has."""
    if is_model_agent(agent):
        with misuse(BadAssignment):
            read_assignment(agent)
    elif is_external_agent(agent):
        if ":" in agent and not command_of(agent):
            raise Misuse(
                f"--agent {agent!r}: name a command, for example 'external:codex exec \"$(cat BRIEF.md)\"', or leave the colon out"
            )
    elif agent != "recipes":
        raise Misuse(f"unknown agent {agent!r}; known: {', '.join(AGENTS)}")
    return agent


def check_network(agent: str, allowed: bool) -> bool:
    """The network is given to commands only."""
    if allowed and not command_of(agent):
        raise Misuse(f"--agent-network is for --agent 'external:COMMAND'; --agent {agent} runs no command")
    return allowed


def check_affordable(agent: str, usd: float | None, home: Home) -> float | None:
    """A limit of dollars, which needs the price of every model."""
    if usd is None:
        return None
    if not is_model_agent(agent):
        raise Misuse(f"--usd limits what models cost, and --agent {agent} asks none")
    with misuse(BrokenPrices):
        prices = read_prices(home.prices)
    unknown = sorted(model for model in read_assignment(agent).models() if not price_of(prices, model).known)
    if unknown:
        raise Misuse(f"--usd: the price of {', '.join(unknown)} is unknown; name it in {home.prices}, or limit --tokens instead")
    return usd


def check_chooser(agent: str, policy: str | None) -> str:
    """The policy: models plan for models, recipes follow one of the policies."""
    if is_model_agent(agent):
        if policy not in (None, PLANNER):
            raise Misuse(f"--policy {policy}: with --agent {agent} the planner chooses; leave the option out")
        return PLANNER
    if is_external_agent(agent):
        if policy not in (None, AUTHOR):
            raise Misuse(f"--policy {policy}: with --agent external whoever writes a candidate says what it tests; leave the option out")
        return AUTHOR
    if policy == PLANNER:
        raise Misuse("--policy planner needs models: --agent openai:MODEL")
    return check_policy(policy or "bandit")


def check_policy(policy: str) -> str:
    """A policy that is registered."""
    with misuse(UnknownPolicy):
        find_policy(policy)
    return policy


def check_baseline(spec: Spec, home: Home) -> Spec:
    """The search, if its baseline can follow it: a known policy, not its own, under a name that is valid and free."""
    if spec.baseline is None:
        return spec
    check_policy(spec.baseline)
    if spec.baseline == spec.policy:
        raise Misuse(f"--baseline {spec.baseline}: that is the search's own --policy; a baseline has another")
    name = baseline_name(spec.name, spec.baseline)
    try:
        baseline_spec(spec)
    except ValidationError:
        raise Misuse(f"--name {spec.name!r}: too long for a baseline, which would be called {name}; at most 40 characters") from None
    if home.ledger.exists() and name in Ledger.open(home.ledger).searches():
        raise Misuse(f"a search named {name} exists already; another --name begins a new one")
    return spec


def read_looks(text: str) -> tuple[int, ...]:
    """`3,10,20` as numbers of pairs, in rising order."""
    words = text.replace(" ", "").split(",")
    if not all(word.isdecimal() and int(word) >= 2 for word in words):
        raise Misuse(f"--looks {text!r}: numbers of pairs from 2 on, separated by commas, for example 3,10,20")
    looks = tuple(map(int, words))
    if list(looks) != sorted(set(looks)):
        raise Misuse(f"--looks {text!r}: the numbers of pairs must rise")
    return looks


def free_name(scenario: str, home: Home) -> str:
    """The scenario and the day; a number behind it when that is taken."""
    taken = Ledger.open(home.ledger).searches() if home.ledger.exists() else ()
    stem = f"{scenario.replace('_', '-')}-{datetime.now(UTC).astimezone():%b%d}".lower()
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return name


def make_spec(**fields: object) -> Spec:
    """The Spec, or Misuse with the first field that does not fit."""
    try:
        return Spec.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        if field == "name":
            raise Misuse(f"--name {fields['name']!r}: {NAME_RULE}") from None
        raise Misuse(f"--{field.split('.')[-1].replace('_', '-')}: {first['msg']}") from None
