import json
import os
import numpy as np
import onnxruntime

session = None


def init():
    global session
    model_path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "squeezenet.onnx")
    session = onnxruntime.InferenceSession(model_path)
    print([entry.name for entry in session.get_inputs()])


def run(raw_data):
    return session.run(None, {"x": np.array(json.loads(raw_data))})[0].tolist()
