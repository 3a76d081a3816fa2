"""Starts a Gemini batch and is told when it has ended. No polling.

    Gemini ──(v1a, Google's key)──▶ Countersign ──(v1, ORIGIN_SECRET)──▶ this app

On one machine: `cargo xtask example python`. Against the real API: set GEMINI_API_KEY, and COUNTERSIGN_URL to where your
Worker is deployed, with ORIGIN_SECRET and GEMINI_JOBS_TOKEN as the Worker has them; then `uvicorn app:app --port 8000`.
"""

import os
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException, Request
from google import genai
from standardwebhooks import Webhook, WebhookVerificationError

gemini = genai.Client().aio
webhook = Webhook(os.environ["ORIGIN_SECRET"])
seen: set[str] = set()  # a database, in an application that keeps anything


def webhook_url() -> str:
    """The address for webhooks of single jobs. Its last part is a secret: Google's signature does not name your project."""
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
    body = await request.body()  # the raw bytes: what is signed is not the JSON in them
    try:
        event = webhook.verify(body, dict(request.headers))
    except (WebhookVerificationError, ValueError) as error:
        raise HTTPException(400, str(error)) from error

    event_id = request.headers["webhook-id"]
    if event_id in seen:  # at least once means: now and then twice
        return {"status": "duplicate"}
    if event["type"] == "batch.succeeded":
        await show_result(event["data"]["id"])
    else:
        print("event", event["type"], event["data"]["id"], flush=True)
    seen.add(event_id)  # last: if anything above failed, the answer is a 500, and the event comes again
    return {"status": "done"}


async def show_result(batch_id: str) -> None:
    batch = await gemini.batches.get(name=f"batches/{batch_id.removeprefix('batches/')}")
    for answer in batch.dest.inlined_responses:
        print("result", answer.response.text, flush=True)
