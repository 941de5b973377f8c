"""What the command line reads from the environment: where the home is."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from activities.home import Home


class Settings(BaseSettings):
    """Environment variables that begin with VIBESERVE_."""

    model_config = SettingsConfigDict(env_prefix="VIBESERVE_")

    home: Path = Path(".vibeserve")


def find_home() -> Home:
    """The home of this shell; it need not exist yet."""
    return Home(root=Settings().home.expanduser().absolute())
