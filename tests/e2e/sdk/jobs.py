"""What an application does with Google's Python SDK, as it comes from PyPI: one step per call.

    jobs.py start      < {"gemini": base URL, "registered": URL, "own": URL, "note": text}
    jobs.py trigger    < {"gemini": base URL, "own": URL, "note": text}
    jobs.py results    < {"gemini": base URL, "secret": the origin's, "arrivals": [...], and what `start` answered}

Answers on standard output, as JSON.
"""

import json
import sys

from google import genai
from google.genai import types
from standardwebhooks import Webhook

MODEL = "gemini-2.5-flash"


def start(client, told):
    own = {"uris": [told["own"]], "user_metadata": {"note": told["note"], "nested": {"n": 1}}}
    webhook = client.webhooks.create(
        name="countersign",
        uri=told["registered"],
        subscribed_events=["batch.succeeded", "interaction.completed"],
    )
    rotated = client.webhooks.rotate_signing_secret(
        id=webhook.id, revocation_behavior="revoke_previous_secrets_after_h24"
    )
    client.webhooks.ping(id=webhook.id)
    request = {"contents": [{"parts": [{"text": "hello"}]}]}
    batch = client.batches.create(model=MODEL, src=[request], config={"display_name": "registered"})
    own_batch = client.batches.create(
        model=MODEL, src="files/requests", config={"display_name": "own", "webhook_config": own}
    )
    interaction = client.interactions.create(model=MODEL, input="hello", background=True, webhook_config=own)
    return {
        "webhook": webhook.id,
        "secret_shown": webhook.new_signing_secret,
        "secret_rotated": rotated.secret,
        "batch": batch.name,
        "own_batch": own_batch.name,
        "interaction": interaction.id,
        "video": start_video(client, own),
    }


def start_video(client, own):
    """By its own method up to 2.x; from 3.0 on an interaction makes it, and the method refuses."""
    if int(genai.__version__.split(".")[0]) < 3:
        source = types.GenerateVideosSource(prompt="a cat")
        return client.models.generate_videos(model="veo-3", source=source, config={"webhook_config": own}).name
    try:
        client.models.generate_videos(model="veo-3", source=types.GenerateVideosSource(prompt="a cat"))
        raise AssertionError("generate_videos was expected to refuse")
    except ValueError:
        pass
    return client.interactions.create(
        model="veo-3", input="a cat", background=True, response_format={"type": "video"}, webhook_config=own
    ).id


def trigger(client, told):
    """An agent on a schedule, which tells a webhook of its own; and one run of it, asked for. From 3.0 on."""
    own = {"uris": [told["own"]], "user_metadata": {"note": told["note"]}}
    interaction = {"agent": "deep-research", "input": "hello", "webhook_config": own}
    created = client.triggers.create(schedule="0 9 * * 1", time_zone="UTC", interaction=interaction)
    run = client.triggers.run(trigger_id=created.id)
    return {"trigger": created.id, "run": run.id, "interaction": run.interaction_id}


def results(client, told):
    for arrival in told["arrivals"]:
        Webhook(told["secret"]).verify(arrival["body"], arrival["headers"])
    batch = client.batches.get(name=told["batch"])
    webhook = client.webhooks.get(id=told["webhook"])
    answer = {
        "verified": len(told["arrivals"]),
        "batch": batch.state.name,
        "batch_answers": len(batch.dest.inlined_responses),
        "own_batch_file": client.batches.get(name=told["own_batch"]).dest.file_name,
        "interaction": client.interactions.get(id=told["interaction"]).status,
        "video": video(client, told["video"]),
        "webhook": webhook.state,
        "secrets": len(webhook.signing_secrets),
    }
    client.webhooks.delete(id=told["webhook"])
    return answer


def video(client, name):
    if name.startswith("models/"):
        operation = client.operations.get(types.GenerateVideosOperation(name=name))
        return operation.response.generated_videos[0].video.uri
    return client.interactions.get(id=name).output_video.uri


def main():
    told = json.load(sys.stdin)
    options = types.HttpOptions(base_url=told["gemini"])
    step = {"start": start, "trigger": trigger, "results": results}[sys.argv[1]]
    answer = step(genai.Client(api_key="any", http_options=options), told)
    json.dump({**answer, "version": genai.__version__}, sys.stdout)


main()
