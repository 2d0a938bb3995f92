raise ImportError("/opt/env/fastmath/_core.so: undefined symbol: _ZN3c104impl8GPUTrace13gpuTraceStateE")
