"""Packaging. Every value comes from settings.ini; a model packed by `make dist` adds what it needs to run."""

import configparser
import json
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
settings = configparser.ConfigParser(interpolation=None, delimiters=("=",), allow_no_value=True)
settings.read(HERE / "settings.ini", encoding="utf-8")
project = settings["project"]
name = project["lib_name"]
extras = {extra: settings["extras"][extra].split() for extra in settings["extras"]}
requirements = project["requirements"].split()

manifest = HERE / name / "_model" / "manifest.json"
packed = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {"format": "onnx"}
if packed["format"] == "skops":
    requirements = [line for line in requirements if not line.startswith("onnxruntime")] + extras["native"]
    requirements += [line for line in extras["boost"] if any(line.startswith(name) for name in packed["environment"])]

setup(
    name=name,
    version=project["version"],
    description=project["description"],
    author=project["author"],
    author_email=project["author_email"],
    license=project["license"],
    python_requires=f">={project['min_python']}",
    packages=find_packages(include=[name, f"{name}.*"]),
    package_data={name: ["_model/*", "_model/**/*"]},
    install_requires=requirements,
    extras_require=extras,
    entry_points={
        "console_scripts": [f"{name.replace('_', '-')}={name}.cli:main"],
        "nbdev": [f"{name}={name}._modidx:d"],
        "jupyter_client.kernel_provisioners": [f"{name}-stage={name}.engine.provisioner:StageProvisioner"],
    },
    zip_safe=False,
)
