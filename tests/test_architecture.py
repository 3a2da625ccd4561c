"""The house stands: imports point down only, and heavy guests stay out of the web process."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from streamlit.runtime.fragment import MemoryFragmentStorage

from tests.run_examples import Open, example_run

PROJECT = Path(__file__).parents[1]
CORE = sorted((PROJECT / "mnist_core").rglob("*.py"))
TWIN = PROJECT / "mnist_core" / "backends" / "tensorflow_backend.py"  # itself imported by create_backend only
PAGES = sorted((PROJECT / "pages").glob("*.py"))
COMPONENTS = sorted((PROJECT / "pages" / "components").rglob("*.py"))
TOP_LEVEL = {"app.py", "mnist_core", "pages", "tests", "requirements.txt", "README.md", "pyproject.toml"}


def imported_names(path: Path) -> Iterator[tuple[str, bool]]:
    """What a file imports, and whether it does so the moment it is imported itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside_functions = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        at_once = node not in inside_functions
        if isinstance(node, ast.Import):
            yield from ((alias.name, at_once) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", at_once
            yield from ((f"{node.module}.{alias.name}", at_once) for alias in node.names)


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_the_core_knows_nothing_of_the_pages(path: Path) -> None:
    roots = {name.split(".")[0] for name, _ in imported_names(path)}
    assert not roots & {"streamlit", "pages", "app"}


@pytest.mark.parametrize("path", [path for path in CORE if path != TWIN], ids=lambda path: path.name)
def test_no_core_module_imports_tensorflow_when_it_is_imported(path: Path) -> None:
    assert not {
        name for name, at_once in imported_names(path) if at_once and name.startswith(("tensorflow", "keras"))
    }


@pytest.mark.parametrize("path", [PROJECT / "app.py", *PAGES, *COMPONENTS], ids=lambda path: path.name)
def test_no_page_imports_a_page_or_tensorflow(path: Path) -> None:
    pages = {f"pages.{page.stem}" for page in PAGES}
    for name, _ in imported_names(path):
        assert name not in pages
        assert not name.startswith(("tensorflow", "keras"))


def module_of(name: str) -> str | None:
    """The core module a name stands for or lies in: mnist_core.data.mnist.read_mnist → mnist_core.data.mnist."""
    while name.startswith("mnist_core."):
        path = PROJECT / name.replace(".", "/")
        if path.with_suffix(".py").is_file() or (path / "__init__.py").is_file():
            return name
        name = name.rpartition(".")[0]
    return None


def core_graph() -> dict[str, set[str]]:
    """Which core modules each of them imports the moment it is imported itself."""
    graph: dict[str, set[str]] = {}
    for path in CORE:
        parts = path.relative_to(PROJECT).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        imported = {module_of(name) for name, at_once in imported_names(path) if at_once}
        graph[module] = {name for name in imported if name is not None} - {module}
    return graph


@pytest.mark.parametrize("path", [PROJECT / "app.py", *PAGES, *COMPONENTS], ids=lambda path: path.name)
def test_what_a_button_does_is_not_lost_when_something_else_is_pressed(path: Path) -> None:
    """It acts in a callback. In `if st.button():` it waits until all that stands above it has been drawn."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    statements = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.button"]
    assert not [ast.unparse(call) for call in calls if id(call) not in statements]


def test_core_modules_import_each_other_without_a_cycle() -> None:
    graph, finished, path = core_graph(), set(), []

    def visit(module: str) -> None:
        assert module not in path, f"cycle: {' → '.join([*path[path.index(module) :], module])}"
        if module not in finished:
            path.append(module)
            for imported in sorted(graph.get(module, set())):
                visit(imported)
            path.pop()
            finished.add(module)

    for module in sorted(graph):
        visit(module)


def test_only_the_agreed_names_stand_at_the_top_level() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    names = {line.split("/")[0] for line in listed.stdout.splitlines()}
    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize("module", ["tensorflow", "torch", "distributed", "matplotlib"])
def test_importing_the_core_stays_light(module: str) -> None:
    code = f"import sys, mnist_core; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0


LESSON = [f"lesson.py?step={number}" for number in range(1, 8)]


@pytest.mark.parametrize(
    "address",
    ["train.py", "train.py?race=1-2", "browse.py?image=3", "draw.py", "compare.py?run=1", *LESSON],
)
def test_no_fragment_stands_in_another(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Streamlit sends the inner without the outer when both are late: the browser shows an empty page."""
    outer = []

    def register(
        storage: object, key: str, *given: object, parent_fragment_id: str | None, **more: object
    ) -> None:
        outer.append(parent_fragment_id)
        real(storage, key, *given, parent_fragment_id=parent_fragment_id, **more)

    real = MemoryFragmentStorage.register
    monkeypatch.setattr(MemoryFragmentStorage, "register", register)
    runs = [replace(example_run("running", 3), id=number) for number in ("1", "2")]
    page, _mark, parameters = address.partition("?")
    open_page(page, *runs, **dict(parse_qsl(parameters)))
    assert set(outer) <= {None}
