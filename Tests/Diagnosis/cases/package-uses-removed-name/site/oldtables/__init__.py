import numpy as np

KIND = np.float
