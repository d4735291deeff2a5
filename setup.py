"""The wheel: pyproject.toml says what is in it, and the notebooks and params come along.

`opsdesk init` copies them from there. They have one source: the folders of this project.
"""

from collections.abc import Iterator
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

STARTER = ("notebooks/*.ipynb", "params/*.yaml", "params/*/*.yaml")


def starter_files() -> Iterator[str]:
    """Return what a new project gets; files called my_* are a person's own."""
    for pattern in STARTER:
        for path in sorted(Path().glob(pattern)):
            if not path.name.startswith("my_"):
                yield path.as_posix()


class BuildWithStarter(build_py):
    """Builds the package with the folder opsdesk/starter in it."""

    def run(self) -> None:
        """Build as usual, then copy."""
        super().run()
        if not self.editable_mode:  # a clone has the folders themselves
            for name in starter_files():
                target = Path(self.build_lib, "opsdesk", "starter", name)
                target.parent.mkdir(parents=True, exist_ok=True)
                self.copy_file(name, str(target))

    def get_source_files(self) -> list[str]:
        """Return what a source distribution needs, too."""
        return [*super().get_source_files(), *starter_files()]


setup(cmdclass={"build_py": BuildWithStarter})
