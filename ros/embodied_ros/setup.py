"""The nodes as an ament_python package; everything that is not ROS is in `embodied`."""

from setuptools import setup

PACKAGE = "embodied_ros"

setup(
    name=PACKAGE,
    version="0.1.0",
    packages=[PACKAGE],
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{PACKAGE}"]),
        (f"share/{PACKAGE}", ["package.xml"]),
    ],
    install_requires=["setuptools"],
    zip_safe=True,
    maintainer="The embodied maintainers",
    maintainer_email="maintainers@embodied.example.org",
    description="ROS 2 nodes of the embodied agent",
    license="MIT",
    extras_require={"test": ["pytest"]},
    entry_points={
        "console_scripts": [
            "agent = embodied_ros.agent:main",
            "sim_arm = embodied_ros.sim_arm:main",
        ]
    },
)
