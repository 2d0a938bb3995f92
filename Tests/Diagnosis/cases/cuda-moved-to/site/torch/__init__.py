class Tensor:
    def to(self, device):
        raise AssertionError("Torch not compiled with CUDA enabled")


def tensor(values):
    return Tensor()
