import json
import os

import numpy as np
import onnxruntime as ort


class OnnxModel:
    def __init__(self, name):
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        path = os.path.join(os.getenv("AZUREML_MODEL_DIR"), name)
        self.session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def init():
    global model
    model = OnnxModel("resnet.onnx")


def run(raw_data):
    return model.session.run(None, {"x": np.array(json.loads(raw_data), dtype=np.float32)})[0].tolist()
