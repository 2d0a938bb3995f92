from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from functions import predict

app = FastAPI()


@app.post("/score")
async def score(request: Request):
    return JSONResponse(predict(await request.json()))
