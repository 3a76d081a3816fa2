// The adapters in the major versions of the frameworks before those that tests/npm has.
import { inFrameworks } from "../fixtures/frameworks.mjs";

inFrameworks("tests/npm/earlier");
