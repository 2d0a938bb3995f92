import sys

import polars as pl

frame = pl.DataFrame({"x": list(range(int(sys.argv[2])))})
print(frame.sum())
