"""What colcon tests of this package without ROS: that it is whole, and says what it needs."""

# ruff: noqa: D103

import ast
import configparser
import xml.etree.ElementTree as ET
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
SOURCES = sorted((PACKAGE / "embodied_ros").glob("*.py"))
NOT_FROM_ROS = {"embodied", "envs", "embodied_ros", "mujoco", "numpy"}
"""What comes with pip, or is ours."""
STANDARD = {"array", "collections", "datetime", "functools", "math", "pathlib", "signal"}
STANDARD |= {"threading", "time", "typing"}


def imported():
    """Every top-level package that the sources import."""
    names = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {each.name.split(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
    return names


def test_every_ros_package_that_is_imported_is_declared():
    root = ET.parse(PACKAGE / "package.xml").getroot()
    declared = {each.text for each in root.findall("exec_depend")}
    assert imported() - NOT_FROM_ROS - STANDARD == declared


def test_every_entry_point_is_a_function_that_is_there():
    setup = ast.parse((PACKAGE / "setup.py").read_text())
    texts = [n.value for n in ast.walk(setup) if isinstance(n, ast.Constant)]
    points = [text for text in texts if isinstance(text, str) and " = embodied_ros." in text]
    assert len(points) == 2
    for point in points:
        module, function = point.split(" = ")[1].split(":")
        path = PACKAGE / (module.replace(".", "/") + ".py")
        names = {n.name for n in ast.parse(path.read_text()).body if hasattr(n, "name")}
        assert function in names


def test_scripts_go_where_ros2_run_looks_for_them():
    settings = configparser.ConfigParser()
    settings.read(PACKAGE / "setup.cfg")
    assert settings["install"]["install_scripts"] == "$base/lib/embodied_ros"


def test_the_package_says_what_an_ament_package_has_to():
    assert (PACKAGE / "resource" / "embodied_ros").exists()
    assert "ament_python" in (PACKAGE / "package.xml").read_text()
