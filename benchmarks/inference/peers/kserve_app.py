import sys

import kserve
from functions import predict


class Served(kserve.Model):
    def __init__(self):
        super().__init__("model")
        self.ready = True

    def predict(self, payload, headers=None):
        value = predict(payload if "instances" not in payload else {"data": payload["instances"]})
        return {"predictions": value}


if __name__ == "__main__":
    port = int(sys.argv[1])
    # The library reads the command line as well.
    sys.argv[1:] = []
    kserve.ModelServer(http_port=port, workers=1, enable_grpc=False).start([Served()])
