// The description of the admin API, which is generated from the table that routes its requests.
import text from "./openapi.txt";

/** As JSON text. */
export const openapi = () => text;
