import logging
import os

logger = logging.getLogger("predictor")


class Predictor:
    def __init__(self):
        self._session = None

    def load(self):
        logger.info("loading the session")
        try:
            self._session = self._open()
        except Exception:
            logger.exception("cannot open the session")
            raise

    def _open(self):
        import onnxruntime as ort

        path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.onnx")
        return ort.InferenceSession(path)

    def predict(self, rows):
        return self._session.run(None, {"input": rows})[0].tolist()
