from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceResponse
from functions import predict
import numpy


class Served(MLModel):
    async def load(self):
        return True

    async def predict(self, payload):
        rows = self.decode(payload.inputs[0], default_codec=NumpyCodec)
        value = predict({"data": rows.tolist()})
        value = value if isinstance(value, list) else value["data"]
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("out", numpy.array(value))])
