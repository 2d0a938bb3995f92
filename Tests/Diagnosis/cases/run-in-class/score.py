class Model:
    def init(self):
        pass

    def run(self, raw_data):
        return raw_data
