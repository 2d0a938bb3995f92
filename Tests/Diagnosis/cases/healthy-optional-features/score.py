import json
import logging
import warnings

logger = logging.getLogger("score")

try:
    import torch
    DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
except ImportError:
    logger.warning("CUDA error: no kernel image is available; torch is missing, using numpy", exc_info=True)
    DEVICE = "cpu"

from fallback import cache


def init():
    warnings.warn("OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB", RuntimeWarning)
    logger.error("MemoryError")


def run(raw_data):
    return {"device": DEVICE, "cached": cache(json.loads(raw_data))}
