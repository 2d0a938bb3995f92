import os
import pickle


class LoadError(Exception):
    pass


class ModelLoader:
    def load(self):
        try:
            self._read()
        except OSError as e:
            raise LoadError("model could not be loaded") from e

    def _read(self):
        base = os.getenv("AZUREML_MODEL_DIR", ".")
        with open(os.path.join(base, "outputs", "model.pkl"), "rb") as f:
            self.model = pickle.load(f)

    def predict(self, rows):
        return self.model.predict(rows)
