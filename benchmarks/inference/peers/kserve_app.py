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
    sys.argv[1:] = ["--http_port", sys.argv[1], "--enable_grpc", "false", "--workers", "1"]
    kserve.ModelServer(http_port=int(sys.argv[2]), workers=1, enable_grpc=False).start([Served()])
