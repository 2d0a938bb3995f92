import pickle
import sys
import types

module = types.ModuleType("xgboost")
exec("class Booster:\n    pass", module.__dict__)
sys.modules["xgboost"] = module
with open("model.pkl", "wb") as file:
    pickle.dump(module.Booster(), file)
