"""What the command line reads from the environment: where the home is, and where the rivals are."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from activities.home import Home


class Settings(BaseSettings):
    """Environment variables that begin with VIBESERVE_."""

    model_config = SettingsConfigDict(env_prefix="VIBESERVE_")

    home: Path = Path(".vibeserve")
    rivals: Path | None = None


def find_home() -> Home:
    """The home of this shell; it need not exist yet."""
    return Home(root=Settings().home.expanduser().absolute())


def find_rivals() -> Path:
    """The folder of the rivals' environments, one per name; it need not exist yet."""
    return (Settings().rivals or find_home().rivals).expanduser().absolute()
