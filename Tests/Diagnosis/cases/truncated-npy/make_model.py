import numpy as np
np.save('whole.npy', np.arange(1000.0))
open('weights.npy', 'wb').write(open('whole.npy', 'rb').read()[:900])
