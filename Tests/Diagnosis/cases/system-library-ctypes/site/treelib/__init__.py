import ctypes

lib = ctypes.CDLL("libspatialindex_c.so.6.1.1")
