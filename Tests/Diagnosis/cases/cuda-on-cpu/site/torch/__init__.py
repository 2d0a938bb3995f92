def load(path, map_location=None):
    with open(path, "rb"):
        pass
    if map_location is None:
        raise RuntimeError(
            "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you are running on"
            " a CPU-only machine, please use torch.load with map_location=torch.device('cpu') to map your storages to the CPU."
        )
