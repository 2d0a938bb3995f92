import bentoml
from functions import predict


@bentoml.service(workers=1, traffic={"timeout": 60})
class Served:
    @bentoml.api(route="/score")
    def score(self, data: list) -> list:
        value = predict({"data": data})
        return value if isinstance(value, list) else value["data"]
