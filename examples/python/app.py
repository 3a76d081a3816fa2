"""Starts a Gemini batch and receives a webhook when it ends. No polling.

    Gemini ──(v1a, Google's key)──▶ Countersign ──(v1, ORIGIN_SECRET)──▶ this app

On your machine: `cargo xtask example python`. Against the real API: set GEMINI_API_KEY, COUNTERSIGN_URL to the address of your
Worker, and ORIGIN_SECRET and GEMINI_JOBS_TOKEN to the Worker's values. Then run `uvicorn app:app --port 8000`.
"""

import os
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException, Request
from google import genai
from standardwebhooks import Webhook, WebhookVerificationError

gemini = genai.Client().aio
webhook = Webhook(os.environ["ORIGIN_SECRET"])
seen: set[str] = set()  # use a database in production


def webhook_url() -> str:
    """The URL for the webhooks of a job. Its last segment is a secret, because Google's signature does not name your project."""
    return f"{os.environ['COUNTERSIGN_URL']}/gemini-jobs/{os.environ['GEMINI_JOBS_TOKEN']}"


@asynccontextmanager
async def start_a_batch(_: FastAPI):
    batch = await gemini.batches.create(
        model=os.environ.get("GEMINI_MODEL", "gemini-3-flash-preview"),
        src=[{"contents": "Why do webhooks need signatures? One sentence."}],
        config={"webhook_config": {"uris": [webhook_url()], "user_metadata": {"order": "42"}}},
    )
    print("started", batch.name, flush=True)
    yield


app = FastAPI(lifespan=start_a_batch)


@app.post("/hooks/gemini")
async def event(request: Request) -> dict:
    body = await request.body()  # the raw bytes: the signature covers them, not the JSON in them
    try:
        event = webhook.verify(body, dict(request.headers))
    except (WebhookVerificationError, ValueError) as error:
        raise HTTPException(400, str(error)) from error

    event_id = request.headers["webhook-id"]
    if event_id in seen:  # delivery is at least once, so some events arrive twice
        return {"status": "duplicate"}
    if event["type"] == "batch.succeeded":
        await show_result(event["data"]["id"])
    else:
        print("event", event["type"], event["data"]["id"], flush=True)
    seen.add(event_id)  # last: if anything above fails, the response is a 500, and the event is delivered again
    return {"status": "done"}


async def show_result(batch_id: str) -> None:
    batch = await gemini.batches.get(name=f"batches/{batch_id.removeprefix('batches/')}")
    for answer in batch.dest.inlined_responses:
        print("result", answer.response.text, flush=True)
