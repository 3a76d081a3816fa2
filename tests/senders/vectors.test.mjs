// The vectors, through the senders' own SDKs from npm.
import { sdk } from "./npm.mjs";
import { passesVectors } from "./vectors.mjs";

passesVectors(sdk);
