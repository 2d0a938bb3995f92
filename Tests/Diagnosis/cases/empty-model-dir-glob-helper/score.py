import glob, json, os, joblib

def newest(pattern):
    files = sorted(glob.glob(pattern), key=os.path.getmtime)
    return files[-1]

def init():
    global model
    model = joblib.load(newest(os.path.join(os.environ["AZUREML_MODEL_DIR"], "*.joblib")))

def run(raw_data):
    return json.loads(raw_data)
