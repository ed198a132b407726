"""The packages as colcon builds and tests them, and the launch and parameter files."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ros_wire import ROS

from embodied.runtime.robot.parameters import defaults, robot_spec, session_settings
from embodied.runtime.robot.topics import AGENT_WIRES

BRINGUP = ROS / "embodied_bringup"
LAUNCH_FILES = sorted((BRINGUP / "launch").glob("*.launch.py"))
PARAM_FILES = sorted((BRINGUP / "params").glob("*.yaml"))
COLCON = Path(sys.executable).with_name("colcon")


def colcon(*words, cwd):
    quiet = {
        "COLCON_LOG_LEVEL": "error",
        "PYTHONPATH": "",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # of those that we use elsewhere
    }
    return subprocess.run(
        [str(COLCON), "--log-base", "log", *words],
        cwd=cwd,
        env=os.environ | quiet,
        capture_output=True,
        text=True,
        check=False,
    )


def test_colcon_builds_the_nodes_package_and_runs_its_tests(tmp_path):
    if not COLCON.exists():
        pytest.skip('needs colcon: pip install "embodied[wire]"')
    source = tmp_path / "src" / "embodied_ros"
    shutil.copytree(ROS / "embodied_ros", source)
    built = colcon("build", "--packages-select", "embodied_ros", cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    prefix = tmp_path / "install" / "embodied_ros"
    scripts = {path.name for path in (prefix / "lib" / "embodied_ros").iterdir()}
    assert {"agent", "sim_arm"} <= scripts
    assert (prefix / "share/ament_index/resource_index/packages/embodied_ros").exists()

    tested = colcon("test", "--python-testing", "pytest", cwd=tmp_path)
    assert tested.returncode == 0, tested.stderr
    counted = colcon("test-result", "--all", cwd=tmp_path)
    found = re.search(r"(\d+) tests?, (\d+) errors?, (\d+) failures?", counted.stdout)
    assert found, counted.stdout
    tests, errors, failures = map(int, found.groups())
    # Without the count a run that collected nothing would pass.
    written = (source / "test" / "test_package.py").read_text().count("\ndef test_")
    assert (tests, errors, failures) == (written, 0, 0)


@pytest.mark.parametrize("path", LAUNCH_FILES, ids=lambda path: path.name)
def test_every_launch_file_describes_its_nodes(path):
    text = path.read_text()
    compile(text, str(path), "exec")
    if importlib.util.find_spec("launch_ros") is None:
        pytest.skip("compiled; launch_ros is not here to read it")
    if "embodied_bringup" not in os.environ.get("AMENT_PREFIX_PATH", ""):
        from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

        try:
            get_package_share_directory("embodied_bringup")
        except PackageNotFoundError:
            pytest.skip("compiled; embodied_bringup is not installed")
    spec = importlib.util.spec_from_file_location("launched", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    names = [type(each).__name__ for each in module.generate_launch_description().entities]
    assert any(name.endswith("Node") for name in names)


@pytest.mark.parametrize("path", LAUNCH_FILES, ids=lambda path: path.name)
def test_what_a_launch_file_remaps_is_a_name_of_the_agent(path):
    known = {each.name for each in AGENT_WIRES}
    remapped = re.findall(r'(?:Renamed\(|remappings=\[\()\s*"([\w/]+)"', path.read_text())
    assert remapped
    assert set(remapped) <= known


@pytest.mark.parametrize("path", PARAM_FILES, ids=lambda path: path.name)
def test_every_parameter_file_makes_a_robot(path):
    given = yaml.safe_load(path.read_text())["agent"]["ros__parameters"]
    known = defaults()
    assert set(given) <= set(known)
    for name, value in given.items():
        assert type(value) is type(known[name]), name  # ROS parameters keep their type
    spec = robot_spec(known | given)
    assert spec.sources()
    assert session_settings(known | given).preempt in ("replace", "reject")


def test_a_real_arm_is_slow_watched_and_not_started_by_itself():
    given = yaml.safe_load((BRINGUP / "params" / "arm.yaml").read_text())
    values = defaults() | given["agent"]["ros__parameters"]
    assert values["linear_m_s"] <= 0.05
    assert values["e_stop_heartbeat_s"] > 0
    assert not values["autostart"]


def test_the_nodes_are_all_that_imports_rclpy():
    root = ROS.parent
    folders = ("embodied", "envs", "planners", "policies")
    sources = (path for name in folders for path in (root / name).rglob("*.py"))
    offenders = [
        path
        for path in sources
        if re.search(
            r"^\s*(import|from) (rclpy|embodied_ros|embodied_msgs)\b", path.read_text(), re.M
        )
    ]
    assert not offenders
