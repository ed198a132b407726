"""The wheel, installed where there is no checkout, does what `make demo` does."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
PACKAGES = ("embodied", "envs", "planners", "policies", "configs")

pytestmark = pytest.mark.wheel


def call(*words: str | Path, cwd: Path, **environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    words = ("-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder)
    call(sys.executable, *words, CHECKOUT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the `bin` folder of a fresh environment that holds the wheel.

    Its dependencies are those of the environment the tests run in: a path file lends them, and
    since path files are not followed twice, the editable install they come with stays behind.
    """
    home = tmp_path_factory.mktemp("home")
    call(sys.executable, "-m", "venv", "--without-pip", "env", cwd=home)
    binaries = home / "env" / "bin"
    call(
        *(sys.executable, "-m", "pip", "--python", binaries / "python", "install", "-q"),
        *("--no-deps", "--no-index", wheel),
        cwd=home,
    )
    asked = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    own = Path(call(binaries / "python", "-c", asked, cwd=home).strip())
    (own / "lent.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return binaries


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    tracked = call("git", "ls-files", *PACKAGES, cwd=CHECKOUT).splitlines()
    with zipfile.ZipFile(wheel) as archive:
        missing = {name for name in tracked if (CHECKOUT / name).exists()} - set(archive.namelist())
    assert not missing
    assert any(name.endswith(".yaml") for name in tracked)
    assert any(name.endswith(".toml") for name in tracked)


def test_it_runs_the_demo_from_another_folder(installed: Path, tmp_path: Path) -> None:
    where = call(
        installed / "python", "-c", "import embodied; print(embodied.__file__)", cwd=tmp_path
    )
    assert not Path(where.strip()).is_relative_to(CHECKOUT)
    printed = call(
        installed / "embodied",
        *("eval", "benchmark=household", "benchmark.limit=1", "agent=expert", "record=video"),
        *("output_dir=results", "runner.workers=1"),
        cwd=tmp_path,
        EMBODIED_DATA=str(tmp_path / "none"),
    )
    assert "PLW-SR" in printed
    summary = json.loads((tmp_path / "results" / "summary.json").read_text())
    assert (summary["n"], summary["n_error"]) == (1, 0)
    assert summary["metrics"]["SR"] == 1.0
    (video,) = (tmp_path / "results" / "videos").glob("*.mp4")
    assert video.stat().st_size > 10_000
    (start,) = json.loads((tmp_path / "results" / "run.json").read_text())["starts"]
    assert start["versions"]["commit"] is None, "no checkout here"
