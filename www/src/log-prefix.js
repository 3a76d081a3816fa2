// What a log shows in front of each line that a program printed.

/** Each of them at the beginning of a line. */
const PREFIXES = [
  // docker compose logs: https://docs.docker.com/reference/cli/docker/compose/logs/
  /^[\w.-]+ +\| ?/,
  // kubectl logs --prefix: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/
  /^\[pod\/[^\]\s]+\] /,
  // Files of containers, kubectl logs --timestamps, heroku logs: the source of the line may follow the time.
  /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) (?:std(?:out|err) [FP] |\w+\[[\w.-]+\]: )?/,
  // journalctl
  /^[A-Z][a-z]{2} [ \d]\d [\d:]{8} \S+ [\w.-]+\[\d+\]: /,
];

/** The text as the program printed it, if each of several lines begins with the prefix of a log; otherwise the text. */
export function withoutPrefix(text) {
  const prefix = PREFIXES.find((prefix) => prefix.test(text));
  if (prefix === undefined) return text;
  const lines = text.trimEnd().split(/\r?\n/);
  // An empty line that was printed may have lost the space at its end in the copy.
  const marks = lines.map((line) => prefix.exec(`${line} `)?.[0]);
  // Numbers differ, and nothing else: names before a bar may also be those of headers, in a table.
  const kinds = new Set(marks.map((mark) => mark?.replace(/\d+/g, "0")));
  if (lines.length < 2 || kinds.size > 1 || kinds.has(undefined)) return text;
  return lines.map((line, at) => line.slice(marks[at].length)).join("\n");
}
