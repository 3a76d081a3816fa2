// Gemini's events, as its documentation shows them.

const DATA = {
  "batch.succeeded": { id: "batch_123456", output_file_uri: "gs://my-bucket/results.jsonl" },
  "batch.failed": { id: "batch_123456", error_code: "500", error_message: "Internal error" },
  "batch.expired": { id: "batch_123456" },
  "batch.cancelled": { id: "batch_123456" },
  "interaction.requires_action": { id: "interaction_123456" },
  "interaction.completed": { id: "interaction_123456" },
  "interaction.failed": { id: "interaction_123456", error_code: "500", error_message: "Internal error" },
  "interaction.cancelled": { id: "interaction_123456" },
  "video.generated": { id: "video_123456", output_file_uri: "gs://my-bucket/video.mp4", file_name: "café.mp4" },
};

/** An event with that time, in Unix seconds. */
export function eventOf(type, seconds) {
  const timestamp = new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
  return { type, version: "v1", timestamp, data: { ...DATA[type] } };
}
