import glob
import os


def init():
    folder = os.environ["AZUREML_MODEL_DIR"]
    path = glob.glob(os.path.join(folder, "*.pkl"))[0]
    print(path)


def run(raw_data):
    return []
