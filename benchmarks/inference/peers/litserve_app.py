import sys

import litserve
from functions import predict


class Api(litserve.LitAPI):
    def setup(self, device):
        self.predicted = predict

    def decode_request(self, request):
        return request

    def predict(self, request):
        return self.predicted(request)

    def encode_response(self, output):
        return output


if __name__ == "__main__":
    litserve.LitServer(Api(api_path="/score"), accelerator="cpu", workers_per_device=1).run(
        port=int(sys.argv[1]), num_api_servers=1, log_level="warning", generate_client_file=False
    )
