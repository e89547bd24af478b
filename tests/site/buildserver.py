"""Runs Python programs for the tests in forks of one process that has imported the generator: each saves the imports.

Reads one JSON object a line, {"words", "cwd", "env", "out"}, and answers each with a line that holds the exit code. The
templates that the forks compile, most of them the theme's, are kept as bytecode for the next one.
"""

from __future__ import annotations

import functools
import gc
import importlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

# Only libraries: what a site brings itself, its macros, is imported in the fork.
LIBRARIES = (
    *(
        "mkdocs.commands.build",
        "mkdocs.theme",
        "mkdocs.config.defaults",
        "mkdocs_macros.plugin",
        "material.plugins.search.plugin",
    ),
    *("pymdownx.superfences", "pymdownx.highlight", "pymdownx.details"),
    *("markdown.extensions.toc", "markdown.extensions.tables", "markdown.extensions.md_in_html"),
    *("pygments.formatters.html", "pygments.lexers.shell", "jsonschema", "jinja2", "yaml"),
)


def run(words: list[str], cwd: str, env: dict[str, str], out: str) -> int:
    """Run `python WORDS` in a fork, both outputs into the file `out`; return its exit code, negative for a signal."""
    child = os.fork()
    if not child:
        code = 70
        try:
            code = _become(words, cwd, env, out)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _become(words: list[str], cwd: str, env: dict[str, str], out: str) -> int:
    where = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number in (1, 2):
        os.dup2(where, number)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    code: object = 0
    try:
        if words[0] == "-m":
            sys.argv, sys.path[0] = [words[1], *words[2:]], cwd
            runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv, sys.path[0] = words, str(Path(words[0]).parent)
            runpy.run_path(words[0], run_name="__main__")
    except SystemExit as end:
        code = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    if isinstance(code, str):
        os.write(2, code.encode() + b"\n")
    return code if isinstance(code, int) else int(code is not None)


@functools.cache
def _server() -> subprocess.Popen[str]:
    """Start the server of this process; it ends as its standard input does."""
    return subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def end() -> None:
    """End the server of this process, if it was started."""
    if _server.cache_info().currsize:
        with _server() as server:
            assert server.stdin is not None
            server.stdin.close()
        _server.cache_clear()


_one_at_a_time = threading.Lock()


def ask(words: list[str], cwd: Path, env: dict[str, str], out: Path) -> subprocess.CompletedProcess[str]:
    """Run `python WORDS` as `subprocess.run` would, both outputs joined in stdout. Raises OSError where the server died."""
    with _one_at_a_time:
        server = _server()
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write(json.dumps({"words": words, "cwd": str(cwd), "env": env, "out": str(out)}) + "\n")
        server.stdin.flush()
        answer = server.stdout.readline()
    if not answer:
        raise OSError("the server of builds ended")
    return subprocess.CompletedProcess(["python", *words], int(answer), out.read_text("utf-8"))


def _keep_templates(folder: str) -> None:
    """Have every environment of Jinja keep there the templates that it compiles, by name and content, wherever they lie."""
    import jinja2

    class Kept(jinja2.FileSystemBytecodeCache):
        def get_cache_key(self, name: str, filename: str | None = None) -> str:
            """Return the key of a template: its name, since each site has copies of the same ones."""
            return super().get_cache_key(name)

    plain = jinja2.Environment.__init__
    jinja2.Environment.__init__ = functools.partialmethod(plain, bytecode_cache=Kept(folder))  # type: ignore[assignment]


def serve() -> None:
    """Answer until standard input ends. No fork lives long enough to have anything collected."""
    gc.disable()
    for name in LIBRARIES:
        importlib.import_module(name)
    sys.dont_write_bytecode = True
    sys.pycache_prefix = None  # a site has the bytecode of its macros beside them
    with tempfile.TemporaryDirectory() as folder:
        _keep_templates(folder)
        for line in sys.stdin:
            print(run(**json.loads(line)), flush=True)


if __name__ == "__main__":
    serve()
