"""What of the user's surroundings a script must not inherit: proxies, and settings of Docker's client.

A script's traffic is local, and a proxy would only break it: busybox's wget ignores `no_proxy`, and Docker's client passes
the proxies of its configuration into every container. What fetches packages, which is pip, apt and the lab's scripts,
keeps them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PROXIES = {"http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"}  # in small letters and in capitals
CONFIGURATION = "DOCKER_CONFIG"  # names the directory of the client's configuration


def for_docker(given: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what makes Docker's client choose images of another processor than this one."""
    return {name: value for name, value in given.items() if name != "DOCKER_DEFAULT_PLATFORM"}


def for_scripts(given: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without proxies, and in which Docker's client uses the classic builder.

    BuildKit keeps a cache of each build, also of one with --no-cache, and nothing tells afterwards whose it is. The
    classic builder keeps only images, which the runner finds and removes.
    """
    kept = {name: value for name, value in for_docker(given).items() if name.lower() not in PROXIES}
    return kept | {"DOCKER_BUILDKIT": "0"}


def docker_configuration(given: Mapping[str, str], where: Path) -> dict[str, str]:
    """Return the variable that has Docker's client use a copy of the user's configuration, made below `where`, or nothing.

    The copy lacks the proxies, the aliases (one of which makes `docker build` another command) and the formats in which
    the client prints its tables. All else is the user's, such as contexts and credentials; it is readable by nobody
    else, and goes with the run. Nothing is copied where the configuration has nothing of the kind.
    """
    home = Path(given.get(CONFIGURATION) or Path.home() / ".docker")
    try:
        content: dict[str, Any] = json.loads((home / "config.json").read_text("utf-8"))
        kept = {key: value for key, value in content.items() if not _changes_a_script(key)}
    except (OSError, ValueError, AttributeError):
        return {}  # there is none, or the client cannot read it either
    if kept == content:
        return {}
    copy = where / "docker-config"
    copy.mkdir(mode=0o700)
    for entry in home.resolve().iterdir():
        if entry.name != "config.json":
            (copy / entry.name).symlink_to(entry)
    (copy / "config.json").touch(mode=0o600)
    (copy / "config.json").write_text(json.dumps(kept), "utf-8")
    return {CONFIGURATION: str(copy)}


def _changes_a_script(key: str) -> bool:
    return key in {"proxies", "aliases"} or key.endswith("Format")
