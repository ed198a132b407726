"""Features of the 36 views of viewpoints, from the files that published agents read.

TSV: a line a viewpoint, columns scanId, viewpointId, image_w, image_h, vfov, features (base64 of
float32 [36, D]). HDF5: a data set `<scan>_<viewpoint>` of [36, D] each. Neither is read whole.
"""

import base64
import json
import mmap
import os
from collections import OrderedDict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import ConfigError, DataError, UnknownNameError
from envs.r2r.senses import FeatureStore

VIEWS = 36
_KEPT = 512


def open_features(path: str | Path) -> FeatureStore:
    """Open a file of features by its suffix: `.tsv`, or `.hdf5` and `.h5`.

    Raises:
        ConfigError: If its suffix is another.
        DataError: If it is missing or of another format.
    """
    path = Path(path).expanduser()
    kinds = {".tsv": TsvFeatures, ".hdf5": Hdf5Features, ".h5": Hdf5Features}
    if path.suffix not in kinds:
        raise ConfigError(f"features={path}: expected a file that ends in {', '.join(kinds)}")
    if not path.is_file():
        raise DataError(f"features={path}: no such file")
    kind: type[TsvFeatures] | type[Hdf5Features] = kinds[path.suffix]
    return kind(path)


class TsvFeatures:
    """A TSV file, mapped into memory; an index of its lines is kept beside it.

    Args:
        path: The file.

    Raises:
        DataError: If it is empty, or a line has not the columns named above.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            if not path.stat().st_size:
                raise DataError(f"{path} is empty")
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._spans = self._load_index()
        self._cache: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        first = next(iter(self._spans))
        self.width = self._decode(first).shape[1]

    def at(self, scan: str, viewpoint: str) -> NDArray[np.float32]:
        """Return float32 [36, D] of a viewpoint.

        Raises:
            UnknownNameError: If the file has none of it.
        """
        name = f"{scan}_{viewpoint}"
        if name not in self._spans:
            raise UnknownNameError(f"viewpoint in {self._path}", name, self._spans)
        if name in self._cache:
            self._cache.move_to_end(name)
        else:
            self._cache[name] = self._decode(name)
            if len(self._cache) > _KEPT:
                self._cache.popitem(last=False)
        return self._cache[name].copy()

    def _decode(self, name: str) -> NDArray[np.float32]:
        start, end = self._spans[name]
        try:
            values = np.frombuffer(base64.b64decode(self._bytes[start:end]), dtype=np.float32)
            return values.reshape(VIEWS, -1)
        except ValueError as error:
            raise DataError(
                f"{self._path}: the features of {name} are no 36 views ({error})"
            ) from error

    def _load_index(self) -> dict[str, tuple[int, int]]:
        stamp = [self._path.stat().st_size, self._path.stat().st_mtime_ns]
        beside = self._path.with_suffix(".tsv.index.json")
        try:
            kept = json.loads(beside.read_text(encoding="utf-8"))
            if kept["stamp"] == stamp:
                return {name: (start, end) for name, (start, end) in kept["spans"].items()}
        except (OSError, ValueError, KeyError, TypeError):
            pass  # no index yet, or one of another file
        spans = self._scan()
        try:
            part = beside.with_suffix(f".part-{os.getpid()}")
            part.write_text(json.dumps({"stamp": stamp, "spans": spans}), encoding="utf-8")
            os.replace(part, beside)
        except OSError:
            pass  # a folder that cannot be written only costs the scan again
        return spans

    def _scan(self) -> dict[str, tuple[int, int]]:
        spans: dict[str, tuple[int, int]] = {}
        start, size, number = 0, len(self._bytes), 0
        while start < size:
            number += 1
            end = self._bytes.find(b"\n", start)
            end = size if end < 0 else end
            head = start
            columns = []
            for _ in range(5):
                tab = self._bytes.find(b"\t", head, end)
                if tab < 0:
                    raise DataError(f"{self._path}, line {number}: expected 6 columns with tabs")
                columns.append(self._bytes[head:tab].decode())
                head = tab + 1
            spans[f"{columns[0]}_{columns[1]}"] = (head, end)
            start = end + 1
        return spans


class Hdf5Features:
    """An HDF5 file; only what is asked for is read.

    Args:
        path: The file.

    Raises:
        ConfigError: If h5py is not installed.
        DataError: If it is no HDF5 file, or empty.
    """

    def __init__(self, path: Path) -> None:
        try:
            import h5py
        except ImportError as error:
            raise ConfigError(
                'features from HDF5 need h5py: pip install "embodied[r2r]"'
            ) from error
        self._path = path
        try:
            self._file = h5py.File(path, "r")
            first = next(iter(self._file))
            self.width = int(self._file[first].shape[1])
        except (OSError, StopIteration, IndexError, AttributeError) as error:
            raise DataError(f"{path} holds no features of viewpoints: {error!r}") from error

    def at(self, scan: str, viewpoint: str) -> NDArray[np.float32]:
        """Return float32 [36, D] of a viewpoint.

        Raises:
            UnknownNameError: If the file has none of it.
            DataError: If it is of another shape.
        """
        name = f"{scan}_{viewpoint}"
        if name not in self._file:
            raise UnknownNameError(f"viewpoint in {self._path}", name, self._file)
        values = np.asarray(self._file[name], dtype=np.float32)
        if values.shape != (VIEWS, self.width):
            raise DataError(f"{self._path}: {name} has shape {values.shape}, not 36 views")
        return values
