import pickle
import sys
import types

module = types.ModuleType("training_steps")
exec("class Step:\n    pass", module.__dict__)
sys.modules["training_steps"] = module
with open("model.pkl", "wb") as file:
    pickle.dump(module.Step(), file)
