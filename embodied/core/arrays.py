"""Names for the arrays that cross seams; the shape stands in the docstring of each."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RgbImage: TypeAlias = NDArray[np.uint8]
"""uint8 [H, W, 3], red first."""

DepthImage: TypeAlias = NDArray[np.float32]
"""float32 [H, W], metres along the optical axis (planar z)."""

Mask: TypeAlias = NDArray[np.bool_]
"""bool [H, W], true where the object shows."""

Vector: TypeAlias = NDArray[np.float32]
"""float32 [N]."""

Matrix: TypeAlias = NDArray[np.float64]
"""float64 [R, C]."""
