"""Fetch or build the wheels of a release, for this kind of machine or, with a cross compiler, for another.

Nothing is compiled for the processor of the builder: a car's is another one.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ("jieba", "openlocationcode", "sdnotify")
"""Packages of the car's lock that come as source and have nothing to compile."""
COMPILED = "llama-cpp-python"
_WITHOUT = "set(LLAMA_BUILD_COMMON OFF)\n"
"""Included where llama.cpp's own project begins: what its programs share is forced on by the package, takes
three times as long to compile as the rest, links the builder's OpenSSL, and nothing uses it. What sees
pictures is left out likewise."""
ARM = "armv8.2-a+dotprod+fp16"
"""What every processor of a Raspberry Pi 5, a Jetson Orin and later boards understands."""
_GLIBC = range(17, 37)
_KERNELS = re.compile(r"nav/routing/cch/_kernels\.[^/]+\.so")
_PYTHON_TAG = "cpython-311"


def platforms(machine: str) -> list[str]:
    """Return the options that have pip take wheels of a machine that is not this one."""
    if machine == platform.machine():
        return []
    names = [f"manylinux_2_{minor}_{machine}" for minor in reversed(_GLIBC)]
    names += [f"manylinux2014_{machine}", f"linux_{machine}"]
    return ["--only-binary=:all:", *(part for name in names for part in ("--platform", name))]


def build_wheels(folder: Path, machine: str) -> Path:
    """Fetch or build a wheel of every locked package, and ours, with the locked build tools only."""
    wheels, tools = folder / "wheels", folder / "tools"
    shutil.rmtree(wheels, ignore_errors=True)
    wheels.mkdir(parents=True)
    venv.create(tools, with_pip=True, clear=True)
    python = str(tools / "bin" / "python")
    pip = [python, "-m", "pip", "-q", "--disable-pip-version-check"]
    _run([*pip, "install", "--require-hashes", "-r", "requirements-build.lock"])
    lock = (ROOT / "requirements-car.lock").read_text("utf-8")
    (folder / "compiled.txt").write_text(_only(lock, (COMPILED,)), encoding="utf-8")
    (folder / "pure.txt").write_text(_only(lock, SOURCES), encoding="utf-8")
    (folder / "fetched.txt").write_text(_without(lock, (COMPILED, *SOURCES)), encoding="utf-8")
    (folder / "llama.cmake").write_text(_WITHOUT, encoding="utf-8")
    locked = ["--require-hashes", "--no-deps", "-r"]
    fetched = [*locked, str(folder / "fetched.txt"), "--dest", str(wheels)]
    _run([*pip, "download", *(platforms(machine) or ["--only-binary=:all:"]), *fetched])
    compilers = _compilers(machine, folder / "llama.cmake")
    environment = {**os.environ, **compilers, "PATH": f"{tools / 'bin'}:{os.environ['PATH']}"}
    build = [*pip, "wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(wheels)]
    _run([*build, *locked, str(folder / "pure.txt")], environment)
    # Not from pip's cache: what lies there was built for the processor of whoever built it.
    _run([*build, "--no-cache-dir", *locked, str(folder / "compiled.txt")], environment)
    _run([*build, "."], environment)
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    if machine != platform.machine():
        for wheel in wheels.glob(f"*linux_{platform.machine()}.whl"):
            _run(
                [python, "-m", "wheel", "tags", "--remove", "--platform-tag", f"linux_{machine}", str(wheel)]
            )
    _check(wheels)
    return wheels


def _compilers(machine: str, without: Path) -> dict[str, str]:
    """Return the environment in which packages are compiled for a machine; llama.cpp includes a file."""
    arguments = ["-DGGML_NATIVE=OFF", "-DLLAVA_BUILD=OFF", f"-DCMAKE_PROJECT_llama.cpp_INCLUDE={without}"]
    if machine == "aarch64":
        arguments.append(f"-DGGML_CPU_ARM_ARCH={ARM}")
    if machine == platform.machine():
        return {"CMAKE_ARGS": " ".join(arguments)}
    cc, cxx = f"{machine}-linux-gnu-gcc", f"{machine}-linux-gnu-g++"
    if not shutil.which(cxx):
        sys.exit(f"a release for {machine} needs {cxx}: apt-get install crossbuild-essential-arm64")
    arguments += ["-DCMAKE_SYSTEM_NAME=Linux", f"-DCMAKE_SYSTEM_PROCESSOR={machine}"]
    arguments += [f"-DCMAKE_C_COMPILER={cc}", f"-DCMAKE_CXX_COMPILER={cxx}"]
    return {
        "CMAKE_ARGS": " ".join(arguments),
        "CC": cc,
        "CXX": cxx,
        "CFLAGS": "",
        "CXXFLAGS": "",
        "LDSHARED": f"{cc} -shared",
        "LDCXXSHARED": f"{cxx} -shared",
        "SETUPTOOLS_EXT_SUFFIX": f".{_PYTHON_TAG}-{machine}-linux-gnu.so",
    }


def _check(wheels: Path) -> None:
    """Refuse a release without the kernels of the index: setuptools leaves out what does not compile."""
    (ours,) = wheels.glob("xiaogao-*.whl")
    with zipfile.ZipFile(ours) as wheel:
        if not any(_KERNELS.fullmatch(name) for name in wheel.namelist()):
            sys.exit("the kernels of the index were not compiled: a C++ compiler is needed")


def _only(lock: str, names: Sequence[str]) -> str:
    return "".join(block for name, block in _blocks(lock) if name in names)


def _without(lock: str, names: Sequence[str]) -> str:
    return "".join(block for name, block in _blocks(lock) if name not in names)


def _blocks(lock: str) -> list[tuple[str, str]]:
    found = re.findall(r"^[A-Za-z0-9][^\n]*==[^\n]*\n(?:[ ]+--hash[^\n]*\n)+", lock, re.MULTILINE)
    return [(block.split("==")[0], block) for block in found]


def _run(command: Sequence[str], environment: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
