import os


def init():
    pass


def run(raw_data):
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "labels.txt")) as file:
        return file.read()
