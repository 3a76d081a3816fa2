import { gemini } from "countersign";
import { webhook } from "countersign/next";
import { handler, options } from "../../../seen.js";

export const POST = webhook(gemini(process.env.GEMINI_WEBHOOK_SECRET), handler, options);
