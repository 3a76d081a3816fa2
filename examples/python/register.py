"""Registers a static webhook of your Gemini project, and prints its secret, which Gemini shows only now.

Store the secret in the Worker: `npx wrangler secret put GEMINI_WEBHOOK_SECRET`.
"""

import os

from google import genai

client = genai.Client()
webhook = client.webhooks.create(
    name="countersign",
    uri=f"{os.environ['COUNTERSIGN_URL']}/gemini",
    subscribed_events=["batch.succeeded", "batch.failed"],
)
print(webhook.id, webhook.new_signing_secret)
